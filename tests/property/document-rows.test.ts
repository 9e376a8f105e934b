import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createDocumentRows } from "../../src/document-rows.js";
import { createDocumentTerms } from "../../src/document-terms.js";
import { TermLog } from "../../src/features/term-log.js";
import { FittedTfidfVectorizer } from "../../src/features/tfidf-vectorizer.js";
import { isStorableTerm, Vocabulary } from "../../src/features/vocabulary.js";
import { loadDefaultNumbering, loadDefaultTokenizer } from "../../src/io/assets.js";
import { openTokenizer, shareTokenizer } from "../../src/io/tokenizer-share.js";
import type { NumberingKernelFactory } from "../../src/kernels/numbering.js";
import type { TermKernelFactory } from "../../src/kernels/terms.js";
import { MecabTokenizer } from "../../src/morph/mecab-tokenizer.js";
import type { Tokenizer } from "../../src/morph/tokenizer.js";
import type { UserWord } from "../../src/morph/user-word.js";
import { UserWordParser } from "../../src/morph/user-word-parser.js";
import { resolveTrainingSettings, type TermOptions } from "../../src/options/train-options.js";
import { createGroupAnalyzer } from "../../src/training/document-analyzer.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

const PARAMETERS = { seed: 20261128, numRuns: 200 };

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "국회가 법안을 통과시켰다",
          "한국은행 기준금리",
          "축구 대표팀이 이겼다",
          "삼성전자",
          "뷁뷁",
          "KBS",
          "The news is running",
        ],
        ...["İ", "Σ", "😀", "\ud83d", "國會", "0.25", " ", "\n", "/", "\0", "…"],
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.integer({ min: 0xac00, max: 0xd7a3 }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(" "));
const range = (most: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 }))
    .map(([n, more]) => [n, Math.min(n + more, most)] as const);
const options: fc.Arbitrary<TermOptions> = fc.record({
  tags: fc.constantFrom("content", "all"),
  decompose: fc.boolean(),
  stopWords: fc.boolean(),
  stem: fc.boolean(),
  ngramRange: range(5),
  charNgrams: fc.boolean(),
  charNgramRange: range(6),
});

let tokenizer: MecabTokenizer;

beforeAll(async () => {
  tokenizer = await loadDefaultTokenizer();
});

/** Each document's row by `createDocumentRows` is that of its terms as strings. */
function expectRowsOfTerms(own: Tokenizer, documents: readonly string[], given: TermOptions): void {
  const termsOf = createDocumentTerms(own, given);
  const met = documents.flatMap((document) => [...termsOf(document)]).filter(isStorableTerm);
  // Every other term, so that some are unknown, and one that no document has.
  const terms = [...new Set(["?", ...met])].sort().filter((term, i) => term === "?" || i % 2 === 0);
  const vectorizer = new FittedTfidfVectorizer({
    vocabulary: Vocabulary.fromTerms(terms),
    documentFrequency: Uint32Array.from(terms, (_, i) => 1 + (i % 9)),
    nDocuments: 10,
    sublinearTf: true,
  });
  const rowOf = createDocumentRows(own, given, vectorizer);
  for (const document of documents) {
    const expected = vectorizer.transformDocument(termsOf(document));
    const expectedNow = [[...expected.indices.slice(0, expected.nnz)], [...expected.values.slice(0, expected.nnz)]];
    const { nnz, indices, values } = rowOf(document);
    expect([[...indices.slice(0, nnz)], [...values.slice(0, nnz)]]).toEqual(expectedNow);
  }
}

const documents = fc.array(text, { minLength: 1, maxLength: 3 });

describe("createDocumentRows", () => {
  it("weighs the terms of createDocumentTerms, by the dictionary's word ids in WebAssembly", () => {
    const names = new Set<string>();
    const watched: TermKernelFactory = (...input) => {
      const kernel = (tokenizer.termKernels as TermKernelFactory)(...input);
      names.add(kernel.name);
      return kernel;
    };
    const own = new MecabTokenizer(tokenizer.dictionary, undefined, watched);
    fc.assert(
      fc.property(documents, options, (given, termOptions) => expectRowsOfTerms(own, given, termOptions)),
      PARAMETERS,
    );
    expect([...names]).toEqual(["wasm"]);
  });

  it("does so in plain TypeScript, and for any tokenizer", () => {
    for (const own of [new MecabTokenizer(tokenizer.dictionary), wordTokenizer()]) {
      fc.assert(
        fc.property(documents, options, (given, termOptions) => expectRowsOfTerms(own, given, termOptions)),
        { ...PARAMETERS, numRuns: 50 },
      );
    }
  });

  it("does so with user words, and for a tokenizer of another thread", async () => {
    const parser = new UserWordParser(tokenizer.dictionary);
    const rows = [["뷁뷁"], ["기준금리", "NNP"]];
    const words = rows.map((row, i) => parser.parse(row, { source: "words.csv", line: i + 1 }) as UserWord);
    const own = await loadDefaultTokenizer(words);
    const given = ["뷁뷁 기준금리를 뷁뷁이 본다", "한국은행 기준금리 뷁뷁뷁"];
    for (const each of [own, openTokenizer(await shareTokenizer(own))]) {
      expect(each.tokenize(given[0] as string).map(({ surface }) => surface)).toContain("뷁뷁");
      expectRowsOfTerms(each, given, { decompose: true });
    }
  });

  it("forgets the words it has met when they are many, and goes on", () => {
    // 101 documents of 1,000 words that the dictionary does not know: more than are remembered.
    const many = Array.from({ length: 101 }, (_, i) =>
      Array.from({ length: 1000 }, (__, k) => `w${(i * 1000 + k).toString(36)}ing`).join(" "),
    );
    const given = ["국회 기준금리 running w1ing", ...many, "국회 기준금리 running w2ing", many[7] as string];
    expectRowsOfTerms(tokenizer, given, { ngramRange: [1, 1], charNgrams: false });
  });
});

describe("createGroupAnalyzer", () => {
  /** The documents' terms, as a batch names them, are those of `createDocumentTerms`. */
  function expectTerms(
    own: Tokenizer,
    given: readonly string[],
    termOptions: TermOptions,
    kernels: NumberingKernelFactory | null,
  ): void {
    const log = new TermLog();
    const resolved = resolveTrainingSettings({ terms: termOptions }).terms;
    log.addBatch(createGroupAnalyzer(own, resolved, 0, kernels)(given));
    const termsOf = createDocumentTerms(own, resolved);
    for (const [i, document] of given.entries()) {
      const terms = Array.from(log.numbersOf(i), (number) => log.term(number));
      expect(terms.sort()).toEqual([...termsOf(document)].sort());
    }
  }

  it("numbers the terms of createDocumentTerms in WebAssembly, and in plain TypeScript for any tokenizer", async () => {
    const kernels = await loadDefaultNumbering();
    fc.assert(
      fc.property(documents, options, (given, termOptions) => expectTerms(tokenizer, given, termOptions, kernels)),
      PARAMETERS,
    );
    for (const own of [tokenizer, wordTokenizer()]) {
      fc.assert(
        fc.property(documents, options, (given, termOptions) => expectTerms(own, given, termOptions, null)),
        { ...PARAMETERS, numRuns: 50 },
      );
    }
  });
});
