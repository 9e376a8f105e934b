import { type ErrorCode, FileError } from "../errors.js";

/** What was being done to the file when it failed. */
export type FileAction = "read" | "write";

interface Fault {
  readonly code: ErrorCode;
  /** What is wrong and what to do, for each action; follows "path: ". */
  readonly read: string;
  readonly write: string;
}

const NO_SPACE: Fault = {
  code: "FILE_NO_SPACE",
  read: "cannot be read, no space is left on the device; free some space",
  write: "cannot be written, no space is left on the device; free some space or write to another place",
};

const NO_PERMISSION: Fault = {
  code: "FILE_NO_PERMISSION",
  read: "cannot be read, permission is denied; allow reading it or choose another file",
  write: "cannot be written, permission is denied; allow writing there or choose another place",
};

const TOO_MANY_OPEN: Fault = {
  code: "FILE_IO",
  read: "cannot be opened, too many files are open; close some or raise the limit (ulimit -n)",
  write: "cannot be opened, too many files are open; close some or raise the limit (ulimit -n)",
};

const NOT_A_FOLDER: Fault = {
  code: "FILE_NOT_FOUND",
  read: "does not exist, because a part of the path is a file and not a folder; check the path",
  write: "cannot be created, because a part of the path is a file and not a folder; choose another place",
};

/**
 * What each error code of the operating system means to the user.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/functions/V2_chap02.html#tag_16_03 for the codes
 */
const FAULTS: ReadonlyMap<string, Fault> = new Map([
  [
    "ENOENT",
    {
      code: "FILE_NOT_FOUND",
      read: "does not exist; check the path",
      write: "cannot be created, its folder does not exist; check the path",
    },
  ],
  ["ENOTDIR", NOT_A_FOLDER],
  // mkdir says EEXIST when a file stands where a parent folder should be.
  ["EEXIST", NOT_A_FOLDER],
  [
    "EISDIR",
    {
      code: "FILE_IS_DIRECTORY",
      read: "is a directory; give the path of a file in it",
      write: "is a directory; give the path of a file to write",
    },
  ],
  ["EACCES", NO_PERMISSION],
  ["EPERM", NO_PERMISSION],
  [
    "EROFS",
    {
      code: "FILE_NO_PERMISSION",
      read: "cannot be read, the file system is read-only",
      write: "cannot be written, the file system is read-only; choose another place",
    },
  ],
  ["ENOSPC", NO_SPACE],
  ["EDQUOT", NO_SPACE],
  [
    "EFBIG",
    {
      code: "FILE_NO_SPACE",
      read: "cannot be read, it is larger than the file system allows",
      write:
        "cannot be written, it is larger than the file system or the limit of the shell (ulimit -f) allows; write to another place or raise the limit",
    },
  ],
  ["EMFILE", TOO_MANY_OPEN],
  ["ENFILE", TOO_MANY_OPEN],
  [
    "ENAMETOOLONG",
    {
      code: "FILE_NOT_FOUND",
      read: "does not exist, its name is longer than the file system allows; check the path",
      write: "cannot be created, its name is longer than the file system allows; choose a shorter one",
    },
  ],
  [
    "ELOOP",
    {
      code: "FILE_NOT_FOUND",
      read: "does not exist, its symbolic links run in a circle; check the path",
      write: "cannot be created, its symbolic links run in a circle; check the path",
    },
  ],
]);

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/**
 * Returns the {FileError} that says what an error of node:fs means, with that error as its cause.
 * An error without a system code is not about the file and is returned as it is.
 */
export function toFileError(error: unknown, path: string, action: FileAction): unknown {
  if (error instanceof FileError) return error;
  const systemCode = codeOf(error);
  if (systemCode === null) return error;
  const fault = FAULTS.get(systemCode);
  if (fault !== undefined) return new FileError(fault.code, path, fault[action], { cause: error });
  const verb = action === "read" ? "read" : "written";
  return new FileError("FILE_IO", path, `cannot be ${verb} (${(error as Error).message})`, { cause: error });
}

/** The {FileError} for a directory where a file is needed. */
export function directoryError(path: string, action: FileAction): FileError {
  const fault = FAULTS.get("EISDIR") as Fault;
  return new FileError(fault.code, path, fault[action]);
}
