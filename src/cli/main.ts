import { Command, CommanderError } from "commander";
import { isNewsclfError } from "../errors.js";
import { type CommandStreams, DataWriter, MessageWriter, OutputClosed, type Streams } from "./streams.js";
import { version } from "./version.js";

const EXIT_DONE = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const USAGE_CODES: ReadonlySet<string> = new Set(["OPTION_INVALID", "OPTION_UNKNOWN", "CONFIG_INVALID"]);
/** Cells of a help line where the terminal's width is not known. */
const HELP_COLUMNS = 100;

/** Adds a command to the program. */
type AddCommand = (program: Command, streams: CommandStreams) => void;

/** Every command by its name, in the order of the help. Loading the one that is asked for saves a third of a short run. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  train: async () => (await import("./train-command.js")).addTrainCommand,
  evaluate: async () => (await import("./evaluate-command.js")).addEvaluateCommand,
  crossval: async () => (await import("./crossval-command.js")).addCrossvalCommand,
  tune: async () => (await import("./tune-command.js")).addTuneCommand,
  classify: async () => (await import("./classify-command.js")).addClassifyCommand,
  explain: async () => (await import("./explain-command.js")).addExplainCommand,
  tokenize: async () => (await import("./tokenize-command.js")).addTokenizeCommand,
  clean: async () => (await import("./clean-command.js")).addCleanCommand,
  doctor: async () => (await import("./doctor-command.js")).addDoctorCommand,
  inspect: async () => (await import("./inspect-command.js")).addInspectCommand,
  compare: async () => (await import("./compare-command.js")).addCompareCommand,
  export: async () => (await import("./export-command.js")).addExportCommand,
  convert: async () => (await import("./convert-command.js")).addConvertCommand,
  compress: async () => (await import("./compress-command.js")).addCompressCommand,
};

/** The commands that a command line may need: the one it names, or all, for their help and for a name that is mistyped. */
function loadCommands([name = ""]: readonly string[]): Promise<readonly AddCommand[]> {
  const named = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name] as () => Promise<AddCommand>] : Object.values(COMMANDS);
  return Promise.all(named.map((load) => load()));
}

function buildProgram(
  commands: readonly AddCommand[],
  streams: CommandStreams,
  writeHelp: (text: string) => void,
): Command {
  const program = new Command("newsclf")
    .description("Korean news classifier: mecab-ko morphemes, TF-IDF, four-layer MLP")
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: writeHelp, writeErr: (text) => streams.messages.write(text) })
    .configureHelp({ helpWidth: streams.messages.columns ?? HELP_COLUMNS })
    .showHelpAfterError("(run with --help for usage)");
  for (const addCommand of commands) addCommand(program, streams);
  return program;
}

async function runCommand(argv: readonly string[], streams: CommandStreams): Promise<number> {
  let help = "";
  const program = buildProgram(await loadCommands(argv), streams, (text) => {
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
