/** Keeps the items with the highest ranks, ties by order of arrival, in memory of O(maxItems). */
export class TopList<Item> {
  readonly #maxItems: number;
  readonly #items: { readonly rank: number; readonly item: Item }[] = [];

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  /** Items kept now. */
  get nItems(): number {
    return this.#items.length;
  }

  /** Tells whether an item with this rank would be kept; ask before making what is costly to make. */
  accepts(rank: number): boolean {
    return this.#items.length < this.#maxItems || this.beats(rank);
  }

  /** Tells whether a rank is above the lowest that is kept. */
  beats(rank: number): boolean {
    const last = this.#items.at(-1);
    return last !== undefined && rank > last.rank;
  }

  /** Takes one item in; call in the order of arrival. */
  add(rank: number, item: Item): void {
    if (!this.accepts(rank)) return;
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // ">=": an equal rank that came earlier stays in front.
      if ((this.#items[middle] as { rank: number }).rank >= rank) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, { rank, item });
    if (this.#items.length > this.#maxItems) this.#items.pop();
  }

  /** Gives up the item with the lowest rank. */
  dropLast(): void {
    this.#items.pop();
  }

  /** Returns the kept items, highest rank first. */
  list(): Item[] {
    return this.#items.map(({ item }) => item);
  }
}
