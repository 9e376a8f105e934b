import type { Command } from "commander";
import type { MecabTokenizer } from "../morph/mecab-tokenizer.js";

export interface UserDictionaryFlags {
  readonly userDict?: readonly string[];
}

function collect(file: string, files: readonly string[] = []): readonly string[] {
  return [...files, file];
}

/** Adds `--user-dict <file>`, which may be given several times. */
export function addUserDictionaryFlag(command: Command): void {
  command.option(
    "--user-dict <file>",
    "words to know besides the dictionary's, one a line: word[,tag[,cost]] or mecab-ko's CSV; may be repeated",
    collect,
  );
}

/** The package's tokenizer with the words of the user dictionaries that the command line named. */
export async function loadTokenizer({ userDict = [] }: UserDictionaryFlags): Promise<MecabTokenizer> {
  const [{ loadDefaultTokenizer }, { loadDictionary }] = await Promise.all([
    import("../io/assets.js"),
    import("../io/dictionary-file.js"),
  ]);
  if (userDict.length === 0) return loadDefaultTokenizer();
  const { readUserDictionary } = await import("../io/read-user-dictionary.js");
  return loadDefaultTokenizer(await readUserDictionary(userDict, await loadDictionary()));
}
