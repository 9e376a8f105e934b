import { removeUnfinishedFiles } from "../io/unfinished-files.js";
import { main } from "./main.js";

const EXIT_INTERRUPTED = 130;

/** Turns Ctrl-C and a request of the system to end into an abort; the second one ends the process. */
export function listenForInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
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
  process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, listenForInterrupt });
}
