/**
 * What every implementation of TermKernel must do. Expected rows are made of strings, by a map of the terms and the formula
 * of tf-idf, so that this suite needs no other implementation to compare with.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightRow } from "../../src/features/tf-idf.js";
import { isStorableTerm, Vocabulary } from "../../src/features/vocabulary.js";
import type { TermKernel, TermKernelFactory, TermRanges, TermWeights } from "../../src/kernels/terms.js";
import { addWord, document, type Given, range, termsOf, writeDocument } from "./term-documents.js";

const PARAMETERS = { seed: 20261128, numRuns: 300 };
const RANGES: TermRanges = { words: [1, 2], characters: [2, 4] };

interface Row {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

function rowOf(kernel: TermKernel, given: Given, ranges: TermRanges = RANGES): Row {
  const { words, singles = [] } = given;
  const nnz = kernel.weigh(writeDocument(kernel, given, ranges), words.length, singles.length);
  return { columns: [...kernel.columns.subarray(0, nnz)], values: [...kernel.values.subarray(0, nnz)] };
}

function expectedRow(vocabulary: readonly string[], weights: TermWeights, given: Given, ranges: TermRanges): Row {
  const columnOf = new Map(vocabulary.map((term, column) => [term, column]));
  const counts = new Map<number, number>();
  for (const term of termsOf(given, ranges)) {
    const column = columnOf.get(term);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const columns = Uint32Array.from(counts.keys()).sort();
  const values = Float32Array.from(columns, (column) => counts.get(column) as number);
  weightRow(columns, values, 0, columns.length, weights.idf, weights.sublinearTf);
  return { columns: [...columns], values: [...values] };
}

/** Different for each column. */
function weightsFor(terms: readonly string[], sublinearTf: boolean): TermWeights {
  return { idf: Float64Array.from(terms, (_, column) => 1 + (column % 7) / 3), sublinearTf };
}

/** `lowbias32` and the steps before it, as in src/features/term-hash.ts. */
function longHash(term: string): number {
  let state = 0x811c9dc5 | 0;
  for (let i = 0; i < term.length; i++) state = Math.imul(state ^ term.charCodeAt(i), 0x9e3779b1 | 0);
  let hash = Math.imul(state ^ (state >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b | 0);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The multiplication that spreads terms of up to four units, in assembly/terms/hash.ts; its highest bits choose the bucket. */
function shortHash(term: string): bigint {
  let key = 0n;
  for (let i = 0; i < term.length; i++) key |= BigInt(term.charCodeAt(i)) << BigInt(16 * i);
  return ((key ^ (key >> 32n)) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn;
}

/** Words of three syllables whose hashes agree in 12 bits, more of them than a look-up tries slots of buckets. */
function collidingTerms(ending: string, slotOf: (term: string) => number | bigint): readonly string[] {
  const terms: string[] = [];
  const wanted = slotOf(`각가가${ending}`);
  for (let i = 0; terms.length < 200; i++) {
    const syllables = [0xac01, 0xac00 + (i % 500), 0xac00 + Math.floor(i / 500)];
    const term = `${String.fromCharCode(...syllables)}${ending}`;
    if (slotOf(term) === wanted) terms.push(term);
  }
  return terms;
}

/** Runs the suite; `name` is what the kernels under test must call themselves, so that no other stands in for them. */
export function describeTermKernel(name: string, factory: TermKernelFactory): void {
  const make = (terms: readonly string[], ranges = RANGES, weights = weightsFor(terms, true)): TermKernel =>
    factory(Vocabulary.fromTerms(terms).toUnits(), weights, ranges);

  describe(`term kernel: ${name}`, () => {
    it("is the implementation under test", () => {
      expect(make(["가/NNG"]).name).toBe(name);
    });

    it("weighs the known terms of a document by how often it has them", () => {
      // Terms in the order of their units: " 나" 0, "나/NNG" 1, "나/NNG 너/NNG" 2, "나라" 3.
      const kernel = make([" 나", "나/NNG", "나/NNG 너/NNG", "나라"], RANGES, {
        idf: Float64Array.of(1, 2, 3, 4),
        sublinearTf: true,
      });
      const words = ["나/NNG", "너/NNG", "나/NNG", "너/NNG", "그/NP"];
      const { columns, values } = rowOf(kernel, { words, text: "나라, 나!" });
      // " 나" twice, "나/NNG" twice, the pair twice, "나라" once; 1 + ln 2 = 1.6931, so 1.6931, 3.3863, 5.0794 and 4,
      // whose squares add up to 56.1345.
      expect(columns).toEqual([0, 1, 2, 3]);
      const norm = Math.sqrt(56.1345);
      for (const [i, weight] of [1.69315, 3.38629, 5.07944, 4].entries()) {
        expect(values[i]).toBeCloseTo(weight / norm, 5);
      }
    });

    it("gives the same row whatever documents came before, and an empty one for no terms", () => {
      const kernel = make(["가/NNG", "나라", "나라/NNG"]);
      const first = rowOf(kernel, { words: ["가/NNG", "가/NNG"], text: "나라 나라 나라" });
      expect(rowOf(kernel, { words: [], text: "" })).toEqual({ columns: [], values: [] });
      expect(rowOf(kernel, { words: ["모름/NNG"], text: "?" })).toEqual({ columns: [], values: [] });
      rowOf(kernel, { words: ["나라/NNG"], singles: ["가/NNG"], text: "나라" });
      expect(rowOf(kernel, { words: ["가/NNG", "가/NNG"], text: "나라 나라 나라" })).toEqual(first);
    });

    it("agrees with the terms as strings, for any words, text, ranges and vocabulary", () => {
      fc.assert(
        fc.property(
          fc.array(document, { minLength: 1, maxLength: 3 }),
          range(3, 5),
          fc.option(range(6, 8)),
          fc.boolean(),
          (documents, words, characters, sublinearTf) => {
            const ranges: TermRanges = { words, characters };
            const met = documents.flatMap((given) => termsOf(given, ranges)).filter(isStorableTerm);
            // Every other term, so that some are unknown; and the empty term, which no document has.
            const terms = [...new Set(["", ...met])].sort().filter((_, i) => i % 2 === 0);
            const weights = weightsFor(terms, sublinearTf);
            const kernel = make(terms, ranges, weights);
            for (const given of documents) {
              expect(rowOf(kernel, given, ranges)).toEqual(expectedRow(terms, weights, given, ranges));
            }
          },
        ),
        PARAMETERS,
      );
    });

    it("weighs counts of any size as the formula does", () => {
      const kernel = make(["가/NNG", "나/NNG"]);
      for (const count of [2, 3, 10, 255, 256, 1000, 70_000]) {
        const given = { words: ["나/NNG", ...new Array<string>(count).fill("가/NNG")] };
        const numbers = [addWord(kernel, "나/NNG"), ...new Array<number>(count).fill(addWord(kernel, "가/NNG"))];
        kernel.reserve(0, numbers.length);
        kernel.words.set(numbers);
        const nnz = kernel.weigh(0, numbers.length, 0);
        const expected = expectedRow(["가/NNG", "나/NNG"], weightsFor(["", ""], true), given, RANGES);
        expect([...kernel.values.subarray(0, nnz)], `${count}`).toEqual(expected.values);
      }
    });

    it("takes documents, words and lists of words longer than its first buffers", () => {
      const terms = Array.from({ length: 5000 }, (_, i) => `${String.fromCharCode(0xac00 + i)}나라/NNG`);
      const long = `${"가".repeat(40_000)}/NNG`;
      const vocabulary = [...new Set([" 가", "가나", "가나다라", long, ...terms])].sort();
      const weights = weightsFor(vocabulary, true);
      const kernel = make(vocabulary, RANGES, weights);
      const given: Given = {
        words: [...terms, long, ...terms],
        text: "가나다라마바사아자차카타파하 가나 ".repeat(3000),
      };
      expect(rowOf(kernel, given)).toEqual(expectedRow(vocabulary, weights, given, RANGES));
      expect(kernel.nWords).toBe(10_001);
      expect(rowOf(kernel, { words: ["각나라/NNG"] }).columns).toEqual([vocabulary.indexOf("각나라/NNG")]);
    });

    it("numbers words from 0 again when they are forgotten", () => {
      const kernel = make(["가/NNG", "나/NNG"]);
      expect([addWord(kernel, "가/NNG"), addWord(kernel, "나/NNG")]).toEqual([0, 1]);
      expect([kernel.nWords, kernel.nWordUnits]).toEqual([2, 10]);
      kernel.clearWords();
      expect([kernel.nWords, kernel.nWordUnits]).toEqual([0, 0]);
      expect(addWord(kernel, "나/NNG")).toBe(0);
      expect(rowOf(kernel, { words: ["나/NNG"] }).columns).toEqual([1]);
    });

    it("finds each of 200 terms that were chosen to meet in its tables, and none that is not there", () => {
      const short = collidingTerms("", (term) => shortHash(term) >> 52n);
      const long = collidingTerms("나라", (term) => longHash(term) & 0xfff);
      for (const colliding of [short, long]) {
        const terms = colliding.filter((_, i) => i % 2 === 0).sort();
        const kernel = make(terms);
        for (const term of colliding) {
          const expected = terms.includes(term) ? [terms.indexOf(term)] : [];
          expect(rowOf(kernel, { words: [term] }).columns, term).toEqual(expected);
        }
        const pairs = colliding.map((term) => `가/NNG ${term}`);
        const pairKernel = make(pairs.filter((_, i) => i % 2 === 0).sort());
        const [first, second] = colliding as [string, string];
        expect(rowOf(pairKernel, { words: ["가/NNG", first] }).columns).toHaveLength(1);
        expect(rowOf(pairKernel, { words: ["가/NNG", second] }).columns).toEqual([]);
      }
      const kernel = make(short.filter((_, i) => i % 2 === 0).sort());
      expect(rowOf(kernel, { words: [], text: short.join(" ") }).columns).toHaveLength(100);
    });
  });
}
