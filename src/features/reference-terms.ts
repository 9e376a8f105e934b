import type { TermKernel, TermRanges, TermWeights } from "../kernels/terms.js";
import { RowCounter } from "./sparse-row.js";
import { TermUnits, type TermVisitor, visitWordCharacters } from "./term-units.js";
import { weightRow } from "./tf-idf.js";
import type { Vocabulary } from "./vocabulary.js";

/** The kernel of terms in plain TypeScript: the truth that the faster one is tested against, and what works everywhere. */
export class ReferenceTerms implements TermKernel {
  readonly name = "reference";
  nWordUnits = 0;
  units = new Uint16Array(0);
  words = new Uint32Array(0);

  readonly #weights: TermWeights;
  readonly #ranges: TermRanges;
  /** The words that have been added. */
  readonly #terms: string[] = [];
  #input = new Uint16Array(0);
  readonly #termUnits = new TermUnits();
  readonly #row = new RowCounter();
  readonly #visit: TermVisitor;

  constructor(vocabulary: Vocabulary, weights: TermWeights, ranges: TermRanges) {
    this.#weights = weights;
    this.#ranges = ranges;
    this.#visit = (units, start, end, state) => {
      const column = vocabulary.columnOfUnits(units, start, end, state);
      if (column !== -1) this.#row.push(column);
    };
  }

  get nWords(): number {
    return this.#terms.length;
  }

  wordInput(nUnits: number): Uint16Array {
    if (nUnits > this.#input.length) this.#input = new Uint16Array(2 * nUnits);
    return this.#input;
  }

  addWord(nUnits: number): number {
    let term = "";
    for (let i = 0; i < nUnits; i++) term += String.fromCharCode(this.#input[i] as number);
    this.nWordUnits += nUnits;
    return this.#terms.push(term) - 1;
  }

  clearWords(): void {
    this.#terms.length = 0;
    this.nWordUnits = 0;
  }

  reserve(nUnits: number, nNumbers: number): void {
    if (nUnits > this.units.length) this.units = new Uint16Array(2 * nUnits);
    if (nNumbers > this.words.length) this.words = new Uint32Array(2 * nNumbers);
  }

  weigh(nUnits: number, nWords: number, nSingles: number): number {
    const { words, characters } = this.#ranges;
    const termsOf = (start: number, end: number): readonly string[] =>
      Array.from(this.words.subarray(start, end), (number) => this.#terms[number] as string);
    this.#row.clear();
    this.#termUnits.visitWordNgrams(termsOf(0, nWords), ...words, this.#visit);
    this.#termUnits.visitWordNgrams(termsOf(nWords, nWords + nSingles), 1, 1, this.#visit);
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
