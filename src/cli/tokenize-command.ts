import type { Command } from "commander";
import type { MecabToken, MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import type { CommandStreams } from "./streams.js";

interface TokenizeFlags {
  readonly text?: string;
  readonly format: OutputFormat;
}

async function runTokenize(
  file: string,
  flags: TokenizeFlags,
  command: Command,
  { stdin, output }: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  const [{ loadDefaultTokenizer }, { formatMecab }] = await Promise.all([
    import("../io/assets.js"),
    import("../morph/features.js"),
  ]);
  const tokenizer: MecabTokenizer = await loadDefaultTokenizer();
  const withFeatures = ({ surface, wordId }: MecabToken) => ({
    surface,
    features: tokenizer.dictionary.features(wordId),
  });
  const render = (line: string): string => {
    const tokens = tokenizer.tokenize(line);
    return flags.format === "json"
      ? `${JSON.stringify(tokens.map(({ surface, tag }) => [surface, tag]))}\n`
      : formatMecab(tokens.map(withFeatures));
  };
  if (flags.text !== undefined) {
    await output.write(render(flags.text));
    return;
  }
  const [{ fromStream }, { readLines }] = await Promise.all([import("../io/files.js"), import("../io/read-lines.js")]);
  const source = file === STANDARD_INPUT ? fromStream("standard input", stdin) : file;
  for await (const line of readLines(source)) await output.write(render(line));
}

/** Adds `newsclf tokenize [file]`. */
export function addTokenizeCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("tokenize")
    .description("split texts into morphemes exactly as mecab-ko does, one line of input at a time")
    .argument("[file]", "plain text in UTF-8; - for standard input", STANDARD_INPUT)
    .option("--text <text>", "one text to split, in place of a file")
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nText output is mecab's own: surface TAB features for each token, then EOS.\n" +
        'json is one line for each line of input: [["surface","TAG"],…]. Nothing is cleaned or left out.',
    );
  command.action((file: string, flags: TokenizeFlags) => runTokenize(file, flags, command, streams));
}
