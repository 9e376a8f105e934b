import { extendHash, finishHash, HASH_START } from "./term-hash.js";

const FIRST_TERMS = 1024;
const FIRST_UNITS = 8192;
/** More arguments than some engines take in one call are never given. */
const UNITS_PER_CALL = 8192;
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
  #scratch = new Uint16Array(64);

  get nTerms(): number {
    return this.#nTerms;
  }

  /** Of all arrays, with the room for terms to come. */
  get nBytes(): number {
    return this.#units.byteLength + this.#starts.byteLength + this.#places.byteLength;
  }

  /** Number of the term; a new term is given `nTerms`, which then rises by one. */
  add(term: string): number {
    const { length } = term;
    if (length > this.#scratch.length) this.#scratch = new Uint16Array(2 * length);
    const units = this.#scratch;
    let state = HASH_START;
    for (let i = 0; i < length; i++) {
      const unit = term.charCodeAt(i);
      units[i] = unit;
      state = extendHash(state, unit);
    }
    return this.addUnits(units, 0, length, state);
  }

  /**
   * {@link add} for the term `units[start, end)`.
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

  /** The term of a number in [0, nTerms). */
  termAt(number: number): string {
    const end = this.#starts[number + 1] as number;
    let term = "";
    for (let start = this.#starts[number] as number; start < end; start += UNITS_PER_CALL) {
      term += String.fromCharCode(...this.#units.subarray(start, Math.min(start + UNITS_PER_CALL, end)));
    }
    return term;
  }

  /** The unit at a place ≥ 0 of the term of a number; -1 beyond its end. */
  unitAt(number: number, place: number): number {
    const at = (this.#starts[number] as number) + place;
    return at < (this.#starts[number + 1] as number) ? (this.#units[at] as number) : -1;
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
