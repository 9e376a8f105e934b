import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { FileError } from "../errors.js";
import { toFileError } from "./file-errors.js";

const MAGIC = /[*?[\]]/;

/** The folder and the rest of a pattern: what stands before the first part with a wildcard is a path as it is. */
function splitPattern(pattern: string): { readonly root: string; readonly parts: readonly string[] } {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => MAGIC.test(part));
  const root = parts.slice(0, first).join("/");
  return { root: first > 0 && root === "" ? "/" : root, parts: parts.slice(first) };
}

/** A part of a pattern as a regular expression. No two stars stand beside each other, so matching cannot run away. */
function toRegExp(part: string): RegExp {
  const source = part
    .replace(/\*+/g, "*")
    .replace(/\[(!?)([^\]]+)\]|[*?]|[^*?]/gu, (token, isNegated: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${isNegated === "!" ? "^" : ""}${set.replace(/[\\^[\]]/g, "\\$&")}]`;
      if (token === "*") return ".*";
      return token === "?" ? "." : token.replace(/[\\^$.|+(){}[\]/]/g, "\\$&");
    });
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    // A set such as [z-a] holds nothing.
    return /(?!)/;
  }
}

async function listFolder(folder: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  try {
    const entries = await readdir(folder === "" ? "." : folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    // A pattern names what may be there; what is not there, or is a file, matches nothing.
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw toFileError(error, folder, "read");
  }
}

function join(folder: string, name: string): string {
  return folder === "" ? name : folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

async function match(folder: string, parts: readonly string[], found: Set<string>): Promise<void> {
  const [part = "", ...rest] = parts;
  const isLast = rest.length === 0;
  if (part === "**") {
    // No folder at all, then each folder below.
    if (!isLast) await match(folder, rest, found);
    for (const { name, isFolder } of await listFolder(folder)) {
      if (name.startsWith(".")) continue;
      if (isFolder) await match(join(folder, name), parts, found);
      else if (isLast) found.add(join(folder, name));
    }
    return;
  }
  const pattern = toRegExp(part.normalize("NFC"));
  for (const { name, isFolder } of await listFolder(folder)) {
    if (name.startsWith(".") && !part.startsWith(".")) continue;
    if (!pattern.test(name.normalize("NFC"))) continue;
    if (!isLast) await match(join(folder, name), rest, found);
    else if (!isFolder) found.add(join(folder, name));
  }
}

/**
 * Returns the paths with patterns replaced by the files that match them, for shells that do not do so and for quoted patterns.
 *
 * `*` stands for any characters of a name, `?` for one, `[ab]`, `[a-z]`, `[!a]` for one of a set, and a part `**` for any folders
 * on the way, none included. Hidden files need a dot in the pattern. Names are compared in NFC, so patterns find what macOS writes
 * in NFD. The files of one pattern are sorted by code unit; a path that exists is taken as it is, whatever it contains.
 *
 * @throws {FileError} with code FILE_NOT_FOUND when a pattern matches no file
 */
export async function expandPaths(paths: readonly string[]): Promise<readonly string[]> {
  const expanded: string[] = [];
  for (const given of paths) {
    if (!MAGIC.test(given) || existsSync(given)) {
      expanded.push(given);
      continue;
    }
    const { root, parts } = splitPattern(path.sep === "\\" ? given.replaceAll("\\", "/") : given);
    const found = new Set<string>();
    await match(root, parts, found);
    if (found.size === 0) throw new FileError("FILE_NOT_FOUND", given, "no file matches this pattern; check it");
    expanded.push(...[...found].sort());
  }
  return expanded;
}
