import { removeUnfinishedFiles, watchUnfinishedFiles } from "../io/unfinished-files.js";
import { main } from "./main.js";

const EXIT_INTERRUPTED = 130;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Ends the process as the signal would have done, but for what is unfinished. */
function endBy(signal: (typeof SIGNALS)[number]): void {
  removeUnfinishedFiles();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Turns Ctrl-C and a request of the system to end into an abort; the second one ends the process. */
export function listenForInterrupt(): AbortSignal {
  watchUnfinishedFiles(() => undefined);
  const interrupt = new AbortController();
  for (const signal of SIGNALS) {
    process.off(signal, endBy);
    process.on(signal, () => {
      // The first asks for a clean end, the second insists.
      if (interrupt.signal.aborted) process.exit(EXIT_INTERRUPTED);
      interrupt.abort();
    });
  }
  return interrupt.signal;
}

/** Runs the program on this process: its arguments, streams, signals and exit code. */
export async function run(): Promise<void> {
  const { stdin, stdout, stderr } = process;
  // Also where the second Ctrl-C or a fault of our own ends the process in the middle of writing.
  process.on("exit", removeUnfinishedFiles);
  // Only while there is something to remove: without a listener the system ends the process at once, in any computation.
  watchUnfinishedFiles((hasSome) => {
    for (const signal of SIGNALS) {
      if (hasSome) process.on(signal, endBy);
      else process.off(signal, endBy);
    }
  });
  process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, listenForInterrupt });
}
