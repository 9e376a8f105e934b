/** Seeded texts that try every rule of the lattice: for fuzzing one kernel against another. */

import type { Dictionary } from "../src/morph/dictionary.js";

/** Ranges of UTF-16 units, one per behaviour of the character table; halves of pairs may come alone. */
const RANGES: readonly (readonly [number, number])[] = [
  [0xac00, 0xd7a3],
  [0xac00, 0xd7a3],
  [0x1100, 0x11ff],
  [0x3130, 0x318f],
  [0x4e00, 0x9fa5],
  [0xf900, 0xfa2d],
  [0x0020, 0x007e],
  [0x00a0, 0x024f],
  [0x0370, 0x0500],
  [0x2000, 0x26ff],
  [0x3000, 0x30ff],
  [0xff00, 0xffef],
  [0xd800, 0xdfff],
  [0xd83d, 0xd83e],
  [0xdc00, 0xdeff],
  [0x0000, 0xffff],
];
const SPACES = [" ", " ", " ", "  ", "\n", "\t", "\r\n", "\v", "\u00a0", "\u3000"];
const RUNS = ["a", "Z", "1", "!", "ㅋ", "뷁", "カ", "α", "Ж", "😀", "𠮷", "一", "國", "五〇「", "가", " "];

export class RandomTexts {
  readonly #dictionary: Dictionary;
  readonly #samples: readonly string[];
  #state: number;

  /** @param samples Texts that are cut and mutated; at least one. */
  constructor(seed: number, dictionary: Dictionary, samples: readonly string[]) {
    this.#state = seed;
    this.#dictionary = dictionary;
    this.#samples = samples;
  }

  /** A text of 0 to some 200 units, now and then of some thousands. */
  next(): string {
    const nPieces = this.#below(200) === 0 ? 400 : this.#below(12);
    const mutated = this.#below(2) === 0;
    if (mutated)
      return this.#mutate(this.#slice(this.#pick(this.#samples), 1 + this.#below(nPieces === 400 ? 2000 : 80)));
    let text = "";
    for (let i = 0; i < nPieces; i++) text += this.#piece();
    return text;
  }

  #piece(): string {
    switch (this.#below(8)) {
      case 0:
      case 1:
      case 2:
        return this.#dictionary.surface(this.#below(this.#dictionary.nWords));
      case 3:
        return this.#units(1 + this.#below(4));
      case 4:
        return this.#pick(RUNS).repeat(1 + this.#below(30));
      case 5:
        return this.#slice(this.#pick(this.#samples), 1 + this.#below(10));
      default:
        return this.#pick(SPACES);
    }
  }

  #mutate(text: string): string {
    let result = text;
    for (let n = this.#below(6); n > 0; n--) {
      const at = this.#below(result.length + 1);
      const nGone = this.#below(4) === 0 ? 0 : this.#below(3);
      const inserted = this.#below(3) === 0 ? "" : this.#piece();
      result = result.slice(0, at) + inserted + result.slice(at + nGone);
    }
    return result;
  }

  /** Units of one range. */
  #units(count: number): string {
    const [low, high] = this.#pick(RANGES);
    let text = "";
    for (let i = 0; i < count; i++) text += String.fromCharCode(low + this.#below(high - low + 1));
    return text;
  }

  #slice(text: string, nUnits: number): string {
    const start = this.#below(text.length);
    return text.slice(start, start + nUnits);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)]!;
  }

  /** An integer from 0 to n - 1. @see Steele, Lea and Flood 2014, SplitMix, with the 32-bit constants of mulberry32 */
  #below(n: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  }
}
