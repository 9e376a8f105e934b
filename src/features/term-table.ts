/** V8 refuses entry 2^24 + 1 of a Map with "Map maximum size exceeded". */
const MAX_MAP_ENTRIES = 2 ** 24;

/** Numbers distinct terms 0, 1, 2 … in the order of their first appearance; as many as memory holds. */
export class TermTable {
  readonly #maxMapEntries: number;
  /** All but the last are full. */
  readonly #maps: Map<string, number>[] = [];
  #last = new Map<string, number>();
  #nTerms = 0;

  /** @param maxMapEntries entries after which a further Map is begun; a test lowers it */
  constructor(maxMapEntries: number = MAX_MAP_ENTRIES) {
    this.#maxMapEntries = maxMapEntries;
    this.#maps.push(this.#last);
  }

  get nTerms(): number {
    return this.#nTerms;
  }

  /** Number of the term; a new term is given `nTerms`, which then rises by one. */
  add(term: string): number {
    const known = this.find(term);
    if (known !== -1) return known;
    if (this.#last.size === this.#maxMapEntries) {
      this.#last = new Map();
      this.#maps.push(this.#last);
    }
    const id = this.#nTerms++;
    this.#last.set(term, id);
    return id;
  }

  /** Number of the term, or -1. */
  find(term: string): number {
    for (const map of this.#maps) {
      const id = map.get(term);
      if (id !== undefined) return id;
    }
    return -1;
  }

  /** The terms in the order of their numbers. */
  *terms(): Generator<string> {
    for (const map of this.#maps) yield* map.keys();
  }
}
