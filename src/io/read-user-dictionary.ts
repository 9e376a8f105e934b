import { DatasetError } from "../errors.js";
import type { Dictionary } from "../morph/dictionary.js";
import { MAX_USER_WORDS, type UserWord } from "../morph/user-word.js";
import { UserWordParser } from "../morph/user-word-parser.js";
import { checkMethod } from "../options/check-argument.js";
import { parseCsv } from "./csv.js";
import { decodeText } from "./decode-text.js";
import { type ByteSource, checkSource, openFile } from "./files.js";

/**
 * Returns the words of user dictionaries, the files in the order given; see `UserWordParser` for the rows. To be handed
 * to `dictionary.withUserWords`.
 *
 * @param sources paths, or open sources
 * @param dictionary what the words are to be added to
 * @throws {OptionError} when the sources cannot be iterated, or the dictionary is none
 * @throws {FileError} when a file cannot be read
 * @throws {DatasetError} with code USER_DICTIONARY at the first row that is no entry, naming file, line and column, or after 100,000 words; with
 * DATASET_ENCODING or DATASET_SYNTAX when a file is not CSV in UTF-8
 * @example
 * ```ts
 * const dictionary = await loadDictionary();
 * const words = await readUserDictionary(["words.csv"], dictionary);
 * const tokenizer = new MecabTokenizer(await dictionary.withUserWords(words));
 * ```
 */
export async function readUserDictionary(
  sources: Iterable<string | ByteSource>,
  dictionary: Dictionary,
): Promise<readonly UserWord[]> {
  checkMethod("sources", sources, Symbol.iterator, "an array of paths or open sources");
  const parser = new UserWordParser(dictionary);
  const words: UserWord[] = [];
  for (const source of sources) {
    checkSource("sources", source);
    const bytes = typeof source === "string" ? openFile(source) : source;
    for await (const { fields, line } of parseCsv(decodeText(bytes), bytes.name)) {
      const word = parser.parse(fields, { source: bytes.name, line });
      if (word === null) continue;
      if (words.length === MAX_USER_WORDS) {
        const problem = `there are more than ${MAX_USER_WORDS} user words; leave some out`;
        throw new DatasetError("USER_DICTIONARY", { source: bytes.name, line }, problem);
      }
      words.push(word);
    }
  }
  return words;
}
