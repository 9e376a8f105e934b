import { Command, CommanderError } from "commander";
import { isNewsclfError, type NewsclfError } from "../errors.js";
import { addClassifyCommand } from "./classify-command.js";
import { addEvaluateCommand } from "./evaluate-command.js";
import { addInspectCommand } from "./inspect-command.js";
import { OutputClosed, type Streams } from "./streams.js";
import { addTokenizeCommand } from "./tokenize-command.js";
import { addTrainCommand } from "./train-command.js";
import { version } from "./version.js";

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

const USAGE_CODES = new Set(["OPTION_INVALID", "OPTION_UNKNOWN"]);

function buildProgram(streams: Streams): Command {
  const program = new Command("newsclf")
    .description("Korean news classifier: mecab-ko morphemes, TF-IDF, four-layer MLP")
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .configureHelp({ helpWidth: streams.stderr.columns ?? 100 })
    .showHelpAfterError("(run with --help for usage)");
  addTrainCommand(program, streams);
  addEvaluateCommand(program, streams);
  addClassifyCommand(program, streams);
  addTokenizeCommand(program, streams);
  addInspectCommand(program, streams);
  return program;
}

/**
 * Runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @param argv arguments without the program's own name
 */
export async function main(argv: readonly string[], streams: Streams): Promise<number> {
  try {
    await buildProgram(streams).parseAsync(argv, { from: "user" });
    return EXIT_DONE;
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_DONE;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_USAGE;
    if (isNewsclfError(error)) {
      streams.stderr.write(`newsclf: ${error.message}\n`);
      return USAGE_CODES.has((error as NewsclfError).code) ? EXIT_USAGE : EXIT_FAILED;
    }
    // Not one of ours: the stack is what a bug report needs.
    streams.stderr.write(`newsclf: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT_FAILED;
  }
}
