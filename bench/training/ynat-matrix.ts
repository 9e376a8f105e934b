/** The matrix that the network's benches train on: the shared YNAT headlines with rich features. */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { createDocumentTerms } from "../../src/document-terms.js";
import type { CsrMatrix } from "../../src/features/csr-matrix.js";
import { TermLog } from "../../src/features/term-log.js";
import { TfidfVectorizer } from "../../src/features/tfidf-vectorizer.js";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { toDocument } from "../../src/text/article.js";

export const YNAT_PATH = "../shared/data/ynat_train.csv";

export interface YnatMatrix {
  readonly matrix: CsrMatrix;
  /** `[nRows]` */
  readonly labels: Uint16Array;
  readonly nLabels: number;
}

/**
 * Returns tf-idf rows of morpheme uni- and bigrams and character 2-4-grams, of terms in two headlines or more, with as
 * many columns as there are such terms.
 */
export async function buildYnatMatrix(): Promise<YnatMatrix> {
  // Compiled to dist/, where the dictionary and the kernels are found from.
  const assets = (await import(pathToFileURL("dist/io/assets.js").href)) as typeof import("../../src/io/assets.js");
  const tokenizer = await assets.loadDefaultTokenizer();
  const termsOf = createDocumentTerms(tokenizer, { ngramRange: [1, 2], charNgrams: true, charNgramRange: [2, 4] });
  const log = new TermLog();
  const names: string[] = [];
  for await (const { article } of readArticles(openFile(YNAT_PATH))) {
    log.add(termsOf(toDocument(article)));
    names.push(article.label);
  }
  const all = new Uint32Array(log.nDocuments).map((_, i) => i);
  const vectorizer = new TfidfVectorizer({ minDf: 2, maxFeatures: 1_000_000, sublinearTf: true });
  const matrix = vectorizer.fitLog(log, all).matrixOf(all);
  const order = [...new Set(names)].sort();
  return { matrix, labels: Uint16Array.from(names, (name) => order.indexOf(name)), nLabels: order.length };
}

/** Bytes of the corpus, for its hash in the results. */
export function readYnat(): Uint8Array {
  return readFileSync(YNAT_PATH);
}
