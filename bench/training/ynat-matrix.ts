/** The matrix that the network's benches train on: the shared YNAT headlines with rich features. */

import { readFileSync } from "node:fs";
import { createTermExtractor } from "../../src/classifier.js";
import type { CsrMatrix } from "../../src/features/csr-matrix.js";
import { TfidfVectorizer } from "../../src/features/tfidf-vectorizer.js";
import { readDictionary } from "../../src/io/dictionary-file.js";
import { openFile } from "../../src/io/files.js";
import { readArticles } from "../../src/io/read-articles.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import { resolveTrainingSettings } from "../../src/options/train-options.js";
import { toDocument } from "../../src/text/article.js";

export const YNAT_PATH = "../shared/data/ynat_train.csv";

const SHORTEST_GRAM = 2;
const LONGEST_GRAM = 4;

export interface YnatMatrix {
  readonly matrix: CsrMatrix;
  /** `[nRows]` */
  readonly labels: Uint16Array;
  readonly nLabels: number;
}

/** Adds the character 2- to 4-grams of each eojeol with a space at both ends, as scikit-learn's "char_wb" does. */
function addCharacterGrams(text: string, terms: string[]): void {
  for (const eojeol of text.split(/\s+/)) {
    const padded = ` ${eojeol} `;
    for (let n = SHORTEST_GRAM; n <= LONGEST_GRAM; n++) {
      // The mark keeps grams apart from morphemes.
      for (let start = 0; start + n <= padded.length; start++) terms.push(`#${padded.slice(start, start + n)}`);
    }
  }
}

/**
 * Returns tf-idf rows of morpheme uni- and bigrams and character 2-4-grams, of terms in two headlines or more, with as
 * many columns as there are such terms.
 */
export async function buildYnatMatrix(): Promise<YnatMatrix> {
  const tokenizer = new MecabTokenizer(await readDictionary("assets/mecab-ko-dic.bin"));
  const extractor = createTermExtractor(tokenizer, resolveTrainingSettings({}).terms);
  const accumulator = new TfidfVectorizer({ minDf: 2, maxFeatures: 1_000_000, sublinearTf: true }).accumulator();
  const names: string[] = [];
  for await (const { article } of readArticles(openFile(YNAT_PATH))) {
    const text = toDocument(article);
    const terms = [...extractor.extract(tokenizer.tokenize(text))];
    addCharacterGrams(text, terms);
    accumulator.add(terms);
    names.push(article.label);
  }
  const { matrix } = accumulator.finish();
  const order = [...new Set(names)].sort();
  return { matrix, labels: Uint16Array.from(names, (name) => order.indexOf(name)), nLabels: order.length };
}

/** Bytes of the corpus, for its hash in the results. */
export function readYnat(): Uint8Array {
  return readFileSync(YNAT_PATH);
}
