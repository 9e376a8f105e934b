/** A tokenizer in several threads, all on one dictionary. */

import { createWasmTerms } from "../kernels/wasm-terms.js";
import { type SharedDictionary, shareDictionary, tablesOf, WasmViterbi } from "../kernels/wasm-viterbi.js";
import { Dictionary, type DictionaryShare } from "../morph/dictionary.js";
import { MecabTokenizer } from "../morph/mecab-tokenizer.js";
import { inflateSection } from "./dictionary-file.js";
import { readTermsModule, readViterbiModule } from "./kernel-files.js";

/** What another thread needs; nothing that structured cloning refuses. */
export interface TokenizerShare {
  readonly tables: SharedDictionary;
  readonly dictionary: DictionaryShare;
  /** The module of the kernels of terms. */
  readonly terms: Uint8Array;
}

/**
 * Shares a tokenizer's dictionary, user words included.
 * @throws {FileError} when the analyzer's kernels are missing
 * @throws {KernelError} KERNEL_MEMORY when the dictionary must be copied into shared memory and there is not enough
 */
export async function shareTokenizer({ dictionary }: MecabTokenizer): Promise<TokenizerShare> {
  const [viterbi, terms] = await Promise.all([readViterbiModule(), readTermsModule()]);
  return { tables: shareDictionary(viterbi, dictionary.tables), dictionary: dictionary.share(), terms };
}

/** The tokenizer in the other thread. */
export function openTokenizer({ tables, dictionary: share, terms }: TokenizerShare): MecabTokenizer {
  const dictionary = Dictionary.fromShare(share, tablesOf(tables), inflateSection);
  return new MecabTokenizer(dictionary, () => new WasmViterbi(tables), createWasmTerms(terms));
}
