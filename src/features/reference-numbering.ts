import type { NamedTerms, NumberingKernel } from "../kernels/numbering.js";
import type { TermRanges } from "../kernels/terms.js";
import { hashUnits } from "./term-hash.js";
import { TermTable } from "./term-table.js";
import { TermUnits, type TermVisitor, visitWordCharacters } from "./term-units.js";
import { WordList } from "./word-list.js";

/** The kernel of numbering in plain TypeScript: the truth that the faster one is tested against, and what works everywhere. */
export class ReferenceNumbering extends WordList implements NumberingKernel {
  readonly name = "reference";
  units = new Uint16Array(0);
  words = new Uint32Array(0);
  numbers = new Uint32Array(4096);
  #nNumbers = 0;
  readonly #ranges: TermRanges;
  readonly #termUnits = new TermUnits();
  #table = new TermTable();

  constructor(ranges: TermRanges) {
    super();
    this.#ranges = ranges;
  }

  reserve(nUnits: number, nWords: number): void {
    if (nUnits > this.units.length) this.units = new Uint16Array(2 * nUnits);
    if (nWords > this.words.length) this.words = new Uint32Array(2 * nWords);
  }

  number(nUnits: number, nWords: number, nSingles: number): number {
    const { words, characters } = this.#ranges;
    this.#nNumbers = 0;
    this.#termUnits.visitWordNgrams(this.terms(this.words, 0, nWords), ...words, this.#visit);
    this.#termUnits.visitWordNgrams(this.terms(this.words, nWords, nWords + nSingles), 1, 1, this.#visit);
    if (characters !== null) visitWordCharacters(this.units, nUnits, ...characters, this.#visit);
    return this.#nNumbers;
  }

  get nTerms(): number {
    return this.#table.nTerms;
  }

  get termUnits(): Uint16Array {
    return this.#table.units;
  }

  get termStarts(): Uint32Array {
    return this.#table.starts;
  }

  get nBytes(): number {
    return this.#table.nBytes;
  }

  numberTerms({ units, ends }: NamedTerms): Uint32Array {
    const numbers = new Uint32Array(ends.length);
    let start = 0;
    for (const [i, end] of ends.entries()) {
      numbers[i] = this.#table.addUnits(units, start, end, hashUnits(units, start, end));
      start = end;
    }
    return numbers;
  }

  termsFrom(first: number): NamedTerms {
    return this.#table.unitsFrom(first);
  }

  clearTerms(): void {
    this.#table = new TermTable();
  }

  readonly #visit: TermVisitor = (units, start, end, state) => {
    if (this.#nNumbers === this.numbers.length) {
      const grown = new Uint32Array(2 * this.#nNumbers);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[this.#nNumbers++] = this.#table.addUnits(units, start, end, state);
  };
}
