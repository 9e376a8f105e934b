import { createTermVisitor } from "../document-terms.js";
import { type TermBatch, TermNumbering } from "../features/term-log.js";
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
 * Makes the analysis of groups for one thread.
 * @param numbering what the batches say of whose numbers they are
 */
export function createGroupAnalyzer(tokenizer: Tokenizer, options: TermOptions, numbering: number): GroupAnalyzer {
  const visitTerms = createTermVisitor(tokenizer, options);
  const terms = new TermNumbering(numbering);
  return (documents) => {
    for (const document of documents) {
      visitTerms(document, terms.add);
      terms.endDocument();
    }
    return terms.takeBatch();
  };
}

/** Analyses in the calling thread, group by group. */
export function createLocalAnalyzer(tokenizer: Tokenizer, options: TermOptions): DocumentAnalyzer {
  return {
    async *analyze(documents) {
      const analyzeGroup = createGroupAnalyzer(tokenizer, options, 0);
      for await (const group of documents) yield analyzeGroup(group);
    },
  };
}
