import { createDocumentWords } from "../document-rows.js";
import { createTermExtractor } from "../document-terms.js";
import { charWordsLimit, writeCharWords } from "../features/char-words.js";
import { ReferenceNumbering } from "../features/reference-numbering.js";
import { type TermBatch, TermNumbering } from "../features/term-log.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import type { Tokenizer } from "../morph/tokenizer.js";
import type { Resolved } from "../options/resolve-options.js";
import type { TermOptions } from "../options/train-options.js";

/** Turns documents into numbers of terms, in the calling thread or in several others. */
export interface DocumentAnalyzer {
  /**
   * Yields the terms of all documents in their order, whatever the sizes of the groups that come in and go out. The result
   * must not depend on the number of threads but for the numberings.
   */
  analyze(documents: AsyncIterable<readonly string[]>): AsyncIterable<TermBatch>;
}

/** Makes an analyzer for a run; its tokenizer must be the run's own. */
export type DocumentAnalyzerFactory = (options: Resolved<TermOptions>) => DocumentAnalyzer;

/** Returns the terms of the documents of a group; numbers go on from group to group. */
export type GroupAnalyzer = (documents: readonly string[]) => TermBatch;

/**
 * Makes the analysis of groups for one thread: the terms of `createDocumentTerms`, each as often as it occurs, without a
 * string for it.
 *
 * @param numbering what the batches say of whose numbers they are
 * @param kernels number the terms; plain TypeScript does where null
 */
export function createGroupAnalyzer(
  tokenizer: Tokenizer,
  options: Resolved<TermOptions>,
  numbering: number,
  kernels: NumberingKernelFactory | null,
): GroupAnalyzer {
  const { charNgrams, charNgramRange, ngramRange } = options;
  const ranges = { words: ngramRange, characters: charNgrams ? charNgramRange : null };
  const kernel = kernels?.(ranges) ?? new ReferenceNumbering(ranges);
  const words = createDocumentWords(kernel, tokenizer, createTermExtractor(tokenizer, options));
  const terms = new TermNumbering(numbering, kernel);
  return (documents) => {
    for (const document of documents) {
      words.list(document);
      const { nWords, singles } = words;
      kernel.reserve(charNgrams ? charWordsLimit(document.length) : 0, nWords + singles.length);
      words.copyTo(kernel.words);
      const nUnits = charNgrams ? writeCharWords(document, kernel.units) : 0;
      terms.addDocument(nUnits, nWords, singles.length);
    }
    return terms.takeBatch();
  };
}

/** Analyses in the calling thread, group by group. */
export function createLocalAnalyzer(
  tokenizer: Tokenizer,
  options: Resolved<TermOptions>,
  kernels: NumberingKernelFactory | null,
): DocumentAnalyzer {
  return {
    async *analyze(documents) {
      const analyzeGroup = createGroupAnalyzer(tokenizer, options, 0, kernels);
      for await (const group of documents) yield analyzeGroup(group);
    },
  };
}
