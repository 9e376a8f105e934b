import { Command, CommanderError } from "commander";
import { isNewsclfError } from "../errors.js";
import { addClassifyCommand } from "./classify-command.js";
import { addCleanCommand } from "./clean-command.js";
import { addCompareCommand } from "./compare-command.js";
import { addCompressCommand } from "./compress-command.js";
import { addCrossvalCommand } from "./crossval-command.js";
import { addDoctorCommand } from "./doctor-command.js";
import { addEvaluateCommand } from "./evaluate-command.js";
import { addExplainCommand } from "./explain-command.js";
import { addExportCommand } from "./export-command.js";
import { addInspectCommand } from "./inspect-command.js";
import { type CommandStreams, DataWriter, MessageWriter, OutputClosed, type Streams } from "./streams.js";
import { addTokenizeCommand } from "./tokenize-command.js";
import { addTrainCommand } from "./train-command.js";
import { version } from "./version.js";

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

const USAGE_CODES: ReadonlySet<string> = new Set(["OPTION_INVALID", "OPTION_UNKNOWN", "CONFIG_INVALID"]);
/** Cells of a help line where the terminal's width is not known. */
const HELP_COLUMNS = 100;

function buildProgram(streams: CommandStreams, writeHelp: (text: string) => void): Command {
  const program = new Command("newsclf")
    .description("Korean news classifier: mecab-ko morphemes, TF-IDF, four-layer MLP")
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: writeHelp, writeErr: (text) => streams.messages.write(text) })
    .configureHelp({ helpWidth: streams.messages.columns ?? HELP_COLUMNS })
    .showHelpAfterError("(run with --help for usage)");
  addTrainCommand(program, streams);
  addEvaluateCommand(program, streams);
  addCrossvalCommand(program, streams);
  addClassifyCommand(program, streams);
  addExplainCommand(program, streams);
  addTokenizeCommand(program, streams);
  addCleanCommand(program, streams);
  addDoctorCommand(program, streams);
  addInspectCommand(program, streams);
  addCompareCommand(program, streams);
  addExportCommand(program, streams);
  addCompressCommand(program, streams);
  return program;
}

async function runCommand(argv: readonly string[], streams: CommandStreams): Promise<number> {
  let help = "";
  const program = buildProgram(streams, (text) => {
    help += text;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT_DONE;
  } catch (error) {
    // Commander's own way out, also of --help and --version.
    if (!(error instanceof CommanderError)) throw error;
    await streams.output.write(help);
    return error.exitCode === 0 ? EXIT_DONE : EXIT_USAGE;
  }
}

/**
 * Runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @param argv arguments without the program's own name
 */
export async function main(argv: readonly string[], { stdout, stderr, ...others }: Streams): Promise<number> {
  const streams = { ...others, argv, output: new DataWriter(stdout), messages: new MessageWriter(stderr) };
  try {
    const exitCode = await runCommand(argv, streams);
    await streams.output.finish();
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_DONE;
    if (isNewsclfError(error)) {
      streams.messages.write(`newsclf: ${error.message}\n`);
      return USAGE_CODES.has(error.code) ? EXIT_USAGE : EXIT_FAILED;
    }
    // Not one of ours: the stack is what a bug report needs.
    streams.messages.write(`newsclf: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT_FAILED;
  }
}
