import { type Command, Option } from "commander";
import type { InputChoice } from "../io/article-reader.js";
import type { TokenLayoutName } from "../morph/token-layout.js";
import { type Encoding, INPUT_SPEC, type InputOptions } from "../options/input-options.js";
import { SUGGEST_SPEC, type SuggestOptions } from "../options/suggest-options.js";
import { rejectTextWithFile, STANDARD_INPUT } from "./input-choice.js";
import { describeChoice } from "./input-messages.js";
import { addSpecFlags, flagOf, pickSpecValues } from "./option-flags.js";
import type { CommandStreams } from "./streams.js";
import { addUserDictionaryFlag, loadTokenizer, type UserDictionaryFlags } from "./user-dictionary-flag.js";
import { addWorkersFlag, type WorkersFlag } from "./workers-flag.js";

const FORMATS = {
  text: "mecab",
  wakati: "wakati",
  json: "json",
  features: "features",
} as const satisfies Record<string, TokenLayoutName>;

interface TokenizeFlags extends UserDictionaryFlags, SuggestOptions, Pick<InputOptions, "encoding">, WorkersFlag {
  readonly text?: string;
  readonly format: keyof typeof FORMATS;
  readonly suggestWords?: true;
}

async function runTokenize(
  file: string,
  flags: TokenizeFlags,
  command: Command,
  { stdin, output, messages }: CommandStreams,
): Promise<void> {
  rejectTextWithFile(command, flags.text);
  const suggestOptions = pickSpecValues<SuggestOptions>(SUGGEST_SPEC, { ...flags });
  if (flags.suggestWords) {
    if (flags.text !== undefined)
      command.error("error: --suggest-words needs a corpus: give a file in place of --text");
  } else {
    const [name] = Object.keys(suggestOptions);
    if (name !== undefined) command.error(`error: ${flagOf(name)} goes with --suggest-words only`);
  }
  const tokenizer = await loadTokenizer(flags);
  const { fromStream } = await import("../io/files.js");
  const source = file === STANDARD_INPUT ? fromStream("standard input", stdin) : file;
  const { encoding = "auto" } = flags;
  const tell = (choice: InputChoice): void => messages.write(describeChoice(choice));
  if (flags.suggestWords) {
    const [{ WordSuggester, formatSuggestions, makeUserWords }, { readDocuments }, { toDocument }] = await Promise.all([
      import("../morph/word-suggester.js"),
      import("../io/read-documents.js"),
      import("../text/article.js"),
    ]);
    const suggester = new WordSuggester(tokenizer);
    for await (const { article } of readDocuments(source, { encoding, onChoice: tell }))
      suggester.add(toDocument(article));
    const suggestions = suggester.suggest(suggestOptions);
    const { loadDictionary } = await import("../io/dictionary-file.js");
    await output.write(formatSuggestions(suggestions, await makeUserWords(await loadDictionary(), suggestions)));
    return;
  }
  if (flags.text !== undefined) {
    const { TokenLayout } = await import("../morph/token-layout.js");
    await output.write(new TokenLayout(tokenizer, FORMATS[flags.format]).render(flags.text));
    return;
  }
  const [{ AnalyzerPool }, { readLineGroups }] = await Promise.all([
    import("../io/analyzer-pool.js"),
    import("../io/read-lines.js"),
  ]);
  const onEncoding = (found: Encoding): void =>
    tell({ source: typeof source === "string" ? source : source.name, kind: "encoding", encoding: found });
  const pool = new AnalyzerPool(tokenizer, flags.workers);
  try {
    const lines = readLineGroups(source, { encoding, onEncoding });
    for await (const rendered of pool.render(FORMATS[flags.format], lines)) await output.write(rendered);
  } finally {
    await pool.close();
  }
}

/** Adds `newsclf tokenize [file]`. */
export function addTokenizeCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("tokenize")
    .description("split texts into morphemes exactly as mecab-ko does, one line of input at a time")
    .argument("[file]", "plain text; - for standard input", STANDARD_INPUT)
    .option("--text <text>", "one text to split, in place of a file")
    .addOption(
      new Option(
        "--format <format>",
        "text is mecab's layout, wakati its surfaces between spaces, json and features for programs",
      )
        .choices(Object.keys(FORMATS))
        .default("text"),
    );
  addSpecFlags<Pick<InputOptions, "encoding">>(command, { encoding: INPUT_SPEC.encoding });
  addUserDictionaryFlag(command);
  addWorkersFlag(command);
  command
    .optionsGroup("New words:")
    .option("--suggest-words", "list words that the dictionary seems to lack, as a file for --user-dict");
  addSpecFlags<SuggestOptions>(command, SUGGEST_SPEC);
  command.addHelpText(
    "after",
    "\nText output is mecab's own: surface TAB features for each token, then EOS.\n" +
      'json is one line for each line of input: [["surface","TAG"],…]. Nothing is cleaned or left out.\n' +
      'features has an object for each token: {"surface":…,"tag":…,"semantic":…,"type":…,"reading":…,\n' +
      '  "lemma":…,"parts":[{"form":…,"tag":…,"semantic":…}…],"start":…,"end":…}\n' +
      "With --suggest-words the file may also be CSV, as for classify.",
  );
  command.action((file: string, flags: TokenizeFlags) => runTokenize(file, flags, command, streams));
}
