import { TopList } from "./top-list.js";

/**
 * Keeps some articles of each cell of the confusion matrix: at most so many of one cell and so many of all.
 * When there are too many, the cell that has the most gives up its lowest rank, so rare confusions stay to be seen.
 */
export class CellSample<Item> {
  readonly #maxPerCell: number;
  readonly #maxItems: number;
  readonly #cells = new Map<number, TopList<Item>>();
  #nItems = 0;

  constructor(maxPerCell: number, maxItems: number) {
    this.#maxPerCell = maxPerCell;
    this.#maxItems = maxItems;
  }

  /** Tells whether an item would be kept. */
  accepts(cell: number, rank: number): boolean {
    if (this.#maxPerCell === 0 || this.#maxItems === 0) return false;
    const list = this.#cells.get(cell);
    if (this.#nItems < this.#maxItems) return list === undefined || list.accepts(rank);
    if (list !== undefined && list.nItems === this.#largest().nItems) return list.beats(rank);
    return list === undefined || list.accepts(rank);
  }

  /** Takes one item in; call in the order of arrival. */
  add(cell: number, rank: number, item: Item): void {
    if (!this.accepts(cell, rank)) return;
    let list = this.#cells.get(cell);
    if (list === undefined) {
      list = new TopList(this.#maxPerCell);
      this.#cells.set(cell, list);
    }
    const before = list.nItems;
    list.add(rank, item);
    this.#nItems += list.nItems - before;
    if (this.#nItems <= this.#maxItems) return;
    this.#largest().dropLast();
    this.#nItems -= 1;
  }

  /** Returns the kept items by cell number, each cell's highest rank first. */
  list(): Item[] {
    return [...this.#cells.entries()].sort(([a], [b]) => a - b).flatMap(([, list]) => list.list());
  }

  /** The fullest cell; of equal ones the one that came last. */
  #largest(): TopList<Item> {
    let largest: TopList<Item> | null = null;
    for (const list of this.#cells.values()) if (largest === null || list.nItems >= largest.nItems) largest = list;
    if (largest === null) throw new Error("Bug: a full sample without a cell");
    return largest;
  }
}
