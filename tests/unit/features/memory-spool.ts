import type { Spool } from "../../../src/features/spool.js";

/** A spool in memory. */
export class MemorySpool implements Spool {
  #bytes = new Uint8Array(0);
  isOpen = true;

  get nBytes(): number {
    return this.#bytes.length;
  }

  append(bytes: Uint8Array): void {
    this.#bytes = Uint8Array.from([...this.#bytes, ...bytes]);
  }

  read(place: number, target: Uint8Array): void {
    if (!this.isOpen || place + target.length > this.#bytes.length) throw new Error("read beyond the end");
    target.set(this.#bytes.subarray(place, place + target.length));
  }

  close(): void {
    this.isOpen = false;
  }
}
