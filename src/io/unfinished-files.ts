/**
 * Files that must not outlive the process: temporary files on their way to a name, and locks. Whoever makes one says so
 * here, so that the program can remove them when it is ended in the middle.
 */

import { readFileSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";

const unfinished = new Set<string>();
let tell: (hasSome: boolean) => void = () => undefined;

/** Marks a file as one that `removeUnfinishedFiles` removes. */
export function markUnfinished(file: string): void {
  unfinished.add(path.resolve(file));
  if (unfinished.size === 1) tell(true);
}

/** Takes the mark back: the file is gone or has its name. */
export function unmarkUnfinished(file: string): void {
  if (unfinished.delete(path.resolve(file)) && unfinished.size === 0) tell(false);
}

/** Has `listener` told whenever the first file is marked, and whenever none is left; in place of the listener before. */
export function watchUnfinishedFiles(listener: (hasSome: boolean) => void): void {
  tell = listener;
}

/** Removes all marked files at once, without waiting: for the end of a process, which may come between any two steps. */
export function removeUnfinishedFiles(): void {
  for (const file of unfinished) {
    try {
      rmSync(file, { force: true });
    } catch {
      // Its folder may be read-only or gone by now; the next file is removed all the same.
    }
  }
  unfinished.clear();
}

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, in a form of the system's own; null where the system does not tell. */
  readonly started: string | null;
}

/** Which start of the machine this is, and the process's start since then in clock ticks. @see proc_pid_stat(5), field 22 */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name in brackets, which may hold spaces and brackets.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
}

/** This process. */
export function currentProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/** False only when the process certainly runs no more; one on another machine may run. */
export function mayRun({ host, pid, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  const startNow = startOf(pid);
  return started === null || startNow === null || started === startNow;
}

const HOST_DIGITS = 8;

/** Eight digits that tell machines apart which share a folder. */
function hostDigits(): string {
  // Loaded here, as it takes a twentieth of a short run and only writers need it.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(hostname()).digest("hex").slice(0, HOST_DIGITS);
}

/** Name for a temporary file of this process: of its own, for the target's may already be as long as the file system allows. */
export function temporaryName(random: string): string {
  return `.newsclf-${hostDigits()}-${process.pid}-${random}.tmp`;
}

const TEMPORARY_NAME = /^\.newsclf-([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{1,32}\.tmp$/;

/**
 * Removes the temporary files that processes of this machine left in a folder when they were killed. What belongs to a
 * running process or to another machine stays; a folder that cannot be read or changed is left alone.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, host, pid] = TEMPORARY_NAME.exec(name) ?? [];
    if (host !== hostDigits() || mayRun({ host: hostname(), pid: Number(pid), started: null })) continue;
    await rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }
}
