import { finishHash } from "./term-hash.js";

const FIRST_TERMS = 1024;
const FIRST_UNITS = 8192;
/** Marks a place of the table that no term has. */
const EMPTY = 0;

/**
 * Numbers distinct terms 0, 1, 2 … in the order of their first appearance.
 *
 * Terms are looked up by their UTF-16 units, so an n-gram of a text needs no string of its own: about 30 bytes a term, and
 * no garbage. Open addressing with linear steps at a load of one half or less.
 */
export class TermTable {
  #nTerms = 0;
  /** The terms' units one after another. */
  #units = new Uint16Array(FIRST_UNITS);
  /** By number: where the term begins; then where the last one ends. */
  #starts = new Uint32Array(FIRST_TERMS + 1);
  /**
   * Number + 1 of the term at each place, or {@link EMPTY}, and next to it the term's hash, so that a look-up waits for one line
   * of the cache; the number of places is a power of two.
   */
  #places = new Uint32Array(4 * FIRST_TERMS);

  get nTerms(): number {
    return this.#nTerms;
  }

  /** Of all arrays, with the room for terms to come. */
  get nBytes(): number {
    return this.#units.byteLength + this.#starts.byteLength + this.#places.byteLength;
  }

  /**
   * Number of the term `units[start, end)`; a new term is given `nTerms`, which then rises by one.
   * @param state of the hash after the units; see `extendHash`
   */
  addUnits(units: Uint16Array, start: number, end: number, state: number): number {
    const hash = finishHash(state);
    const places = this.#places;
    const mask = places.length - 1;
    let place = (hash << 1) & mask;
    for (;;) {
      const entry = places[place] as number;
      if (entry === EMPTY) break;
      if (places[place + 1] === hash && this.#holds(entry - 1, units, start, end)) return entry - 1;
      place = (place + 2) & mask;
    }
    return this.#append(units, start, end, hash, place);
  }

  /** The terms' units one after another, and more; replaced as the table grows. */
  get units(): Uint16Array {
    return this.#units;
  }

  /** By number: where the term begins; then where the last one ends. */
  get starts(): Uint32Array {
    return this.#starts;
  }

  /** Copies the units of the terms from `first` on; with where each ends, counted from the first of them. */
  unitsFrom(first: number): { readonly units: Uint16Array; readonly ends: Uint32Array } {
    const begin = this.#starts[first] as number;
    const units = this.#units.slice(begin, this.#starts[this.#nTerms]);
    const ends = this.#starts.slice(first + 1, this.#nTerms + 1).map((end) => end - begin);
    return { units, ends };
  }

  #holds(number: number, units: Uint16Array, start: number, end: number): boolean {
    const begin = this.#starts[number] as number;
    if ((this.#starts[number + 1] as number) - begin !== end - start) return false;
    for (let i = start, at = begin; i < end; i++, at++) if (units[i] !== this.#units[at]) return false;
    return true;
  }

  #append(units: Uint16Array, start: number, end: number, hash: number, place: number): number {
    const number = this.#nTerms;
    const begin = this.#starts[number] as number;
    const ownEnd = begin + end - start;
    if (ownEnd > this.#units.length) this.#units = grow(this.#units, ownEnd);
    for (let i = start, at = begin; i < end; i++, at++) this.#units[at] = units[i] as number;
    this.#starts[number + 1] = ownEnd;
    this.#places[place] = number + 1;
    this.#places[place + 1] = hash;
    this.#nTerms++;
    // At most half of the places are taken.
    if (4 * this.#nTerms === this.#places.length) this.#enlarge();
    return number;
  }

  #enlarge(): void {
    const before = this.#places;
    const places = new Uint32Array(2 * before.length);
    const mask = places.length - 1;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === EMPTY) continue;
      const hash = before[from + 1] as number;
      let place = (hash << 1) & mask;
      while (places[place] !== EMPTY) place = (place + 2) & mask;
      places[place] = before[from] as number;
      places[place + 1] = hash;
    }
    this.#places = places;
    this.#starts = grow(this.#starts, places.length / 4 + 1);
  }
}

/** A copy with room for `length` elements or twice as many as before. */
function grow<T extends Uint16Array | Uint32Array>(array: T, length: number): T {
  const grown = new (array.constructor as new (n: number) => T)(Math.max(length, 2 * array.length));
  grown.set(array);
  return grown;
}
