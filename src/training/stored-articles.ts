import type { Spool } from "../features/spool.js";
import { Uint32List } from "../features/uint32-list.js";
import type { Label, LabeledArticle } from "../text/article.js";

/** Bytes written at a time. */
const BLOCK_BYTES = 1 << 18;
/** Bytes of a file's place above those of a 32-bit number. */
const HIGH = 2 ** 32;
/** More arguments of `String.fromCharCode` could overflow the stack. */
const UNITS_PER_CALL = 4096;
/** Before each text: its length, and whether it has units above 255. */
const HEAD_BYTES = 4;

/**
 * Articles in a spool, with their labels in memory: 16 bytes an article. Titles and bodies are kept unit by unit, so that they
 * come back as they were, lone surrogates included. Once read, they must not be added to.
 */
export class StoredArticles implements Iterable<LabeledArticle> {
  readonly #spool: Spool;
  readonly #startsLow = new Uint32List();
  readonly #startsHigh = new Uint32List();
  readonly #labelNumbers = new Uint32List();
  readonly #labels = new Map<Label, number>();
  #labelNames: Label[] = [];
  #nBytes = 0;
  #block = new Uint8Array(BLOCK_BYTES);
  #nBlockBytes = 0;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #windowEnd = 0;

  /** @param spool empty, and for these articles alone */
  constructor(spool: Spool) {
    this.#spool = spool;
  }

  get nArticles(): number {
    return this.#labelNumbers.count;
  }

  /** The labels of all articles, each once. */
  get labels(): readonly Label[] {
    return this.#labelNames;
  }

  add({ title, body, label }: LabeledArticle): void {
    this.#startsLow.push(this.#nBytes % HIGH);
    this.#startsHigh.push(Math.floor(this.#nBytes / HIGH));
    let number = this.#labels.get(label);
    if (number === undefined) {
      number = this.#labelNames.length;
      this.#labels.set(label, number);
      this.#labelNames.push(label);
    }
    this.#labelNumbers.push(number);
    this.#write(title);
    this.#write(body);
  }

  /** Replaces labels, each wherever it stands. */
  renameLabels(rename: (label: Label) => Label): void {
    this.#labelNames = this.#labelNames.map(rename);
  }

  /** The article of a number in [0, nArticles). */
  at(index: number): LabeledArticle {
    const start = this.#startsLow.at(index) + HIGH * this.#startsHigh.at(index);
    const label = this.#labelNames[this.#labelNumbers.at(index)] as Label;
    const title = this.#read(start);
    return { title: title.text, body: this.#read(title.end).text, label };
  }

  *[Symbol.iterator](): Generator<LabeledArticle, void> {
    for (let index = 0; index < this.nArticles; index++) yield this.at(index);
  }

  #write(text: string): void {
    let isWide = false;
    for (let i = 0; i < text.length && !isWide; i++) isWide = text.charCodeAt(i) > 0xff;
    const nBytes = HEAD_BYTES + (isWide ? 2 : 1) * text.length;
    if (this.#nBlockBytes + nBytes > this.#block.length) this.#flush();
    if (nBytes > this.#block.length) this.#block = new Uint8Array(2 * nBytes);
    const block = this.#block;
    let at = this.#nBlockBytes;
    // The longest string of JavaScript has fewer than 2^31 units.
    const head = 2 * text.length + (isWide ? 1 : 0);
    for (let shift = 0; shift < 32; shift += 8) block[at++] = head >>> shift;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      block[at++] = unit;
      if (isWide) block[at++] = unit >>> 8;
    }
    this.#nBlockBytes = at;
    this.#nBytes += nBytes;
  }

  #flush(): void {
    this.#spool.append(this.#block.subarray(0, this.#nBlockBytes));
    this.#nBlockBytes = 0;
  }

  #read(start: number): { readonly text: string; readonly end: number } {
    const [a, b, c, d] = this.#bytes(start, start + HEAD_BYTES) as unknown as [number, number, number, number];
    const head = (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
    const width = (head & 1) + 1;
    const end = start + HEAD_BYTES + width * (head >>> 1);
    const bytes = this.#bytes(start + HEAD_BYTES, end);
    let text = "";
    const units: number[] = [];
    for (let i = 0; i < bytes.length; i += width) {
      units.push(width === 1 ? (bytes[i] as number) : (bytes[i] as number) | ((bytes[i + 1] as number) << 8));
      if (units.length < UNITS_PER_CALL) continue;
      text += String.fromCharCode(...units);
      units.length = 0;
    }
    return { text: text + String.fromCharCode(...units), end };
  }

  /** The bytes at [start, end), valid up to the next call. */
  #bytes(start: number, end: number): Uint8Array {
    if (start < this.#windowStart || end > this.#windowEnd) {
      this.#flush();
      if (this.#window.length < Math.max(end - start, BLOCK_BYTES)) {
        this.#window = new Uint8Array(Math.max(2 * (end - start), BLOCK_BYTES));
      }
      this.#windowStart = start;
      this.#windowEnd = Math.min(this.#nBytes, start + this.#window.length);
      this.#spool.read(start, this.#window.subarray(0, this.#windowEnd - start));
    }
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }
}
