import type { WordKernel } from "../kernels/terms.js";

/** The words of a kernel in plain TypeScript. */
export class WordList implements WordKernel {
  nWordUnits = 0;
  readonly #terms: string[] = [];
  #input = new Uint16Array(0);

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

  /** The words whose numbers stand in `numbers[start … end)`. */
  terms(numbers: Uint32Array, start: number, end: number): readonly string[] {
    return Array.from(numbers.subarray(start, end), (number) => this.#terms[number] as string);
  }
}
