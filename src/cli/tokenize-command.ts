import { type Command, InvalidArgumentError, Option } from "commander";
import type { TokenLayoutName } from "../morph/token-layout.js";
import type { SuggestOptions } from "../morph/word-suggester.js";
import { BatchedOutput } from "./batched-output.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import type { CommandStreams } from "./streams.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";

const FORMATS = { text: "mecab", wakati: "wakati", json: "json" } as const satisfies Record<string, TokenLayoutName>;

interface TokenizeFlags extends UserDictionaryFlags {
  readonly text?: string;
  readonly format: keyof typeof FORMATS;
  readonly suggestWords?: true;
  readonly minCount?: number;
  readonly minBranching?: number;
  readonly minNpmi?: number;
  readonly top?: number;
}

/** Flags that only --suggest-words reads. */
const SUGGEST_FLAGS = ["minCount", "minBranching", "minNpmi", "top"] as const;

function parseCount(text: string): number {
  const count = /^[0-9]+$/.test(text) ? Number(text) : 0;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError(`must be an integer ≥ 1; got ${JSON.stringify(text)}`);
  }
  return count;
}

function parseNumber(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= least && value <= greatest) return value;
    throw new InvalidArgumentError(`must be a number ${least} to ${greatest}; got ${JSON.stringify(text)}`);
  };
}

async function runTokenize(
  file: string,
  flags: TokenizeFlags,
  command: Command,
  { stdin, output }: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  if (flags.suggestWords) {
    if (flags.text !== undefined)
      command.error("error: --suggest-words needs a corpus: give a file in place of --text");
  } else {
    const name = SUGGEST_FLAGS.find((flag) => flags[flag] !== undefined);
    if (name !== undefined) command.error(`error: --${toKebab(name)} goes with --suggest-words only`);
  }
  const tokenizer = await loadTokenizer(flags);
  const { fromStream } = await import("../io/files.js");
  const source = file === STANDARD_INPUT ? fromStream("standard input", stdin) : file;
  if (flags.suggestWords) {
    const [{ WordSuggester, formatSuggestions, makeUserWords }, { readDocuments }, { toDocument }] = await Promise.all([
      import("../morph/word-suggester.js"),
      import("../io/read-documents.js"),
      import("../text/article.js"),
    ]);
    const suggester = new WordSuggester(tokenizer);
    for await (const { article } of readDocuments(source)) suggester.add(toDocument(article));
    const suggestions = suggester.suggest(suggestOptions(flags));
    const { loadDictionary } = await import("../io/dictionary-file.js");
    await output.write(formatSuggestions(suggestions, await makeUserWords(await loadDictionary(), suggestions)));
    return;
  }
  const [{ TokenLayout }, { readLines }] = await Promise.all([
    import("../morph/token-layout.js"),
    import("../io/read-lines.js"),
  ]);
  const layout = new TokenLayout(tokenizer, FORMATS[flags.format]);
  if (flags.text !== undefined) {
    await output.write(layout.render(flags.text));
    return;
  }
  const batch = new BatchedOutput(output);
  for await (const line of readLines(source)) await batch.write(layout.render(line));
  await batch.flush();
}

function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function suggestOptions({ minCount, minBranching, minNpmi, top }: TokenizeFlags): SuggestOptions {
  return {
    ...(minCount === undefined ? {} : { minCount }),
    ...(minBranching === undefined ? {} : { minBranching }),
    ...(minNpmi === undefined ? {} : { minNpmi }),
    ...(top === undefined ? {} : { maxSuggestions: top }),
  };
}

/** Adds `newsclf tokenize [file]`. */
export function addTokenizeCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("tokenize")
    .description("split texts into morphemes exactly as mecab-ko does, one line of input at a time")
    .argument("[file]", "plain text in UTF-8; - for standard input", STANDARD_INPUT)
    .option("--text <text>", "one text to split, in place of a file")
    .addOption(
      new Option("--format <format>", "text is mecab's layout, wakati its surfaces between spaces, json for programs")
        .choices(Object.keys(FORMATS))
        .default("text"),
    );
  addUserDictionaryFlag(command);
  command
    .optionsGroup("New words:")
    .option("--suggest-words", "list words that the dictionary seems to lack, as a file for --user-dict")
    .option("--min-count <n>", "occurrences of a suggestion, at least (default: 5)", parseCount)
    .option(
      "--min-branching <x>",
      "variety of its neighbours in nats, at least (default: 1)",
      parseNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--min-npmi <x>", "how its parts keep together, -1 to 1, at least (default: 0.3)", parseNumber(-1, 1))
    .option("--top <n>", "suggestions, best first (default: 100)", parseCount)
    .addHelpText(
      "after",
      "\nText output is mecab's own: surface TAB features for each token, then EOS.\n" +
        'json is one line for each line of input: [["surface","TAG"],…]. Nothing is cleaned or left out.\n' +
        "With --suggest-words the file may also be CSV, as for classify.",
    );
  command.action((file: string, flags: TokenizeFlags) => runTokenize(file, flags, command, streams));
}
