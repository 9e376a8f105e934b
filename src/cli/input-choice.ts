import type { Command } from "commander";

/** The file argument that stands for standard input, also when none is given. */
export const STANDARD_INPUT = "-";

/** Ends with a usage error when both --text and a file are given: one of them would be ignored. */
export function rejectTextWithFile(command: Command, text: string | undefined): void {
  const [file] = command.args;
  if (text !== undefined && file !== undefined) {
    command.error(`error: give either --text or a file, not both; the file is ${JSON.stringify(file)}`);
  }
}
