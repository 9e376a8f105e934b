import type { TermKernel, TermRanges, TermWeights } from "../kernels/terms.js";
import { RowCounter } from "./sparse-row.js";
import { TermUnits, type TermVisitor, visitWordCharacters } from "./term-units.js";
import { weightRow } from "./tf-idf.js";
import type { Vocabulary } from "./vocabulary.js";
import { WordList } from "./word-list.js";

/** The kernel of terms in plain TypeScript: the truth that the faster one is tested against, and what works everywhere. */
export class ReferenceTerms extends WordList implements TermKernel {
  readonly name = "reference";
  units = new Uint16Array(0);
  words = new Uint32Array(0);

  readonly #weights: TermWeights;
  readonly #ranges: TermRanges;
  readonly #termUnits = new TermUnits();
  readonly #row = new RowCounter();
  readonly #visit: TermVisitor;

  constructor(vocabulary: Vocabulary, weights: TermWeights, ranges: TermRanges) {
    super();
    this.#weights = weights;
    this.#ranges = ranges;
    this.#visit = (units, start, end, state) => {
      const column = vocabulary.columnOfUnits(units, start, end, state);
      if (column !== -1) this.#row.push(column);
    };
  }

  reserve(nUnits: number, nNumbers: number): void {
    if (nUnits > this.units.length) this.units = new Uint16Array(2 * nUnits);
    if (nNumbers > this.words.length) this.words = new Uint32Array(2 * nNumbers);
  }

  weigh(nUnits: number, nWords: number, nSingles: number): number {
    const { words, characters } = this.#ranges;
    this.#row.clear();
    this.#termUnits.visitWordNgrams(this.terms(this.words, 0, nWords), ...words, this.#visit);
    this.#termUnits.visitWordNgrams(this.terms(this.words, nWords, nWords + nSingles), 1, 1, this.#visit);
    if (characters !== null) visitWordCharacters(this.units, nUnits, ...characters, this.#visit);
    this.#row.count();
    const { indices, values, nnz } = this.#row;
    weightRow(indices, values, 0, nnz, this.#weights.idf, this.#weights.sublinearTf);
    return nnz;
  }

  get columns(): Uint32Array {
    return this.#row.indices;
  }

  get values(): Float32Array {
    return this.#row.values;
  }
}
