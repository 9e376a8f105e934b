/**
 * The best path in WebAssembly with SIMD (assembly/morph): the same tables in and the same tokens out as
 * ReferenceViterbi, several times faster. The only user of WebAssembly for the analyzer.
 *
 * The dictionary lies once in a shared memory, in the layout of assembly/morph/dictionary.ts; every kernel on it, in
 * this thread or another, has work memory of its own behind it.
 */

import { KernelError } from "../errors.js";
import { compileModule } from "./compile-module.js";
import { MAX_SENTENCE_UNITS, type ViterbiKernel, type ViterbiKernelFactory, type ViterbiTables } from "./viterbi.js";

const PAGE_BYTES = 65_536;
/** 1 GiB, the limit that assembly/morph/asconfig.json declares: a dictionary and some 60 kernels at their longest text. */
const MAX_PAGES = 16_384;
/** Address 0 stands for "none". */
const FIRST_ADDRESS = 64;
const CACHE_LINE_BYTES = 64;
const CODE_UNITS = 65_536;

/** Costs in a cache line: the width of a tile. */
const TILE_COLUMNS = 32;
/** Tables pass through an area of this size, and of a row of connections at least, on their way into the layout. */
const STAGING_BYTES = 262_144;

// First plan: a headline fits without growth.
const INITIAL_UNITS = 256;
/** Nodes planned per unit. mecab-ko-dic makes 9 on news articles (2026-11-23); more are planned when a text needs them. */
const NODES_PER_UNIT = 16;

// Status codes of assembly/morph/lattice.ts.
const STATUS_FULL = -1;
const STATUS_CROWDED = -2;

interface ViterbiExports {
  setDictionary(...layout: number[]): void;
  placeTrie(node: number, count: number, firstChildren: number, firstWords: number): void;
  placeWords(word: number, count: number, wordClasses: number, costs: number): void;
  placeConnections(row: number, costs: number, places: number, nRight: number): void;
  planBitmaps(): number;
  placeBitmaps(address: number): void;
  plan(base: number, nUnits: number, nNodes: number): number;
  analyze(nUnits: number): number;
  textAddress(): number;
  tokensAddress(): number;
}

/**
 * A dictionary in shared memory with the program that searches it. Holds nothing that structured cloning refuses, so it
 * can be posted to worker threads, each of which makes a {@link WasmViterbi} on the one copy.
 */
export interface SharedDictionary {
  readonly module: object;
  readonly memory: object;
  /** Arguments of `setDictionary`. */
  readonly layout: readonly number[];
}

/** A memory that several threads may grow. */
interface SharedMemory extends WebAssembly.Memory {
  /** Adds pages of 64 KiB, which belong to the caller; returns the number of pages before. */
  grow(nPages: number): number;
}

/**
 * Returns a factory of WebAssembly kernels; each call of it copies the tables once.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly, or none with SIMD and shared memory; of
 * the factory KERNEL_MEMORY when the runtime cannot give so much memory
 */
export function createWasmViterbi(moduleBytes: Uint8Array): ViterbiKernelFactory {
  const module = compileModule(moduleBytes, "the analyzer's", "SIMD and shared memory");
  return (tables) => new WasmViterbi(placeDictionary(module, tables));
}

/**
 * Copies a dictionary into shared memory, for kernels in several threads.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} as {@link createWasmViterbi} and its factory
 */
export function shareDictionary(moduleBytes: Uint8Array, tables: ViterbiTables): SharedDictionary {
  return placeDictionary(compileModule(moduleBytes, "the analyzer's", "SIMD and shared memory"), tables);
}

function allocateMemory(sizeBytes: number): SharedMemory {
  const initial = Math.ceil(sizeBytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: true }) as SharedMemory;
  } catch (cause) {
    const problem = `the dictionary needs ${Math.ceil(sizeBytes / 2 ** 20)} MiB of shared memory`;
    throw new KernelError("KERNEL_MEMORY", `${problem}, which the runtime cannot give`, { cause });
  }
}

function growMemory(memory: SharedMemory, nPages: number): number {
  try {
    return memory.grow(nPages) * PAGE_BYTES;
  } catch (cause) {
    const problem = `the analyzer needs ${Math.ceil((nPages * PAGE_BYTES) / 2 ** 20)} MiB more`;
    throw new KernelError("KERNEL_MEMORY", `${problem}, which the runtime cannot give; use fewer threads`, { cause });
  }
}

/** A kernel on a shared dictionary; see {@link ViterbiKernel}. Its work memory grows with the longest text only. */
export class WasmViterbi implements ViterbiKernel {
  readonly name = "wasm";
  starts!: Uint32Array;
  ends!: Uint32Array;
  wordIds!: Uint32Array;
  totals!: Int32Array;

  readonly #memory: SharedMemory;
  readonly #exports: ViterbiExports;
  #text!: Uint16Array;
  // The work memory, in bytes; nobody else uses it.
  #base = 0;
  #end = 0;
  #nUnits = INITIAL_UNITS;
  #nNodes = INITIAL_UNITS * NODES_PER_UNIT;

  constructor(shared: SharedDictionary) {
    this.#memory = shared.memory as SharedMemory;
    const imports = { env: { memory: this.#memory } };
    this.#exports = new WebAssembly.Instance(shared.module as WebAssembly.Module, imports).exports as ViterbiExports;
    this.#exports.setDictionary(...shared.layout);
    this.#plan();
  }

  input(nUnits: number): Uint16Array {
    if (nUnits > MAX_SENTENCE_UNITS) {
      throw new RangeError(`nUnits must be at most ${MAX_SENTENCE_UNITS}; got ${nUnits}`);
    }
    if (nUnits > this.#nUnits) {
      this.#nUnits = Math.min(MAX_SENTENCE_UNITS, Math.max(nUnits, this.#nUnits * 2));
      this.#nNodes = Math.max(this.#nNodes, this.#nUnits * NODES_PER_UNIT);
      this.#plan();
    }
    return this.#text;
  }

  run(nUnits: number): number {
    let status = this.#exports.analyze(nUnits);
    while (status === STATUS_FULL) {
      const text = this.#text.slice(0, nUnits);
      this.#nNodes *= 2;
      this.#plan();
      this.#text.set(text);
      status = this.#exports.analyze(nUnits);
    }
    if (status === STATUS_CROWDED) throw new RangeError("more than 32,768 words of the dictionary end at one place");
    if (status < 0) throw new Error(`Bug: the kernel was run on ${nUnits} units without room for them`);
    return status;
  }

  #plan(): void {
    const { plan, textAddress, tokensAddress } = this.#exports;
    const sizeBytes = plan(0, this.#nUnits, this.#nNodes);
    this.#reserve(sizeBytes);
    plan(this.#base, this.#nUnits, this.#nNodes);
    const { buffer } = this.#memory;
    const tokens = tokensAddress();
    const stride = this.#nUnits * Uint32Array.BYTES_PER_ELEMENT;
    this.#text = new Uint16Array(buffer, textAddress(), this.#nUnits);
    this.starts = new Uint32Array(buffer, tokens, this.#nUnits);
    this.ends = new Uint32Array(buffer, tokens + stride, this.#nUnits);
    this.wordIds = new Uint32Array(buffer, tokens + 2 * stride, this.#nUnits);
    this.totals = new Int32Array(buffer, tokens + 3 * stride, this.#nUnits);
  }

  #reserve(sizeBytes: number): void {
    const missing = sizeBytes - (this.#end - this.#base);
    if (missing <= 0) return;
    const nMissing = Math.ceil(missing / PAGE_BYTES);
    const added = growMemory(this.#memory, nMissing);
    if (added === this.#end) {
      this.#end += nMissing * PAGE_BYTES;
      return;
    }
    // The first plan, or another kernel has grown the memory in between: the old place and the piece are given up.
    const nPages = Math.ceil(sizeBytes / PAGE_BYTES);
    this.#base = nPages === nMissing ? added : growMemory(this.#memory, nPages);
    this.#end = this.#base + nPages * PAGE_BYTES;
  }
}

/** Hands out pieces of the memory one after another, each at the beginning of a cache line. */
class Layout {
  sizeBytes = FIRST_ADDRESS;

  place(nBytes: number): number {
    const address = this.sizeBytes;
    this.sizeBytes += Math.ceil(nBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
    return address;
  }
}

function placeDictionary(module: WebAssembly.Module, tables: ViterbiTables): SharedDictionary {
  const { labels, wordClasses, classLeft, nLeft, nRight } = tables;
  const pieces = new Layout();
  const charactersAt = pieces.place(CODE_UNITS * 4);
  const rootsAt = pieces.place(CODE_UNITS * 8);
  const lettersAt = pieces.place(CODE_UNITS * 2);
  const trieAt = pieces.place((labels.length + 1) * 8 + 24);
  const labelsAt = pieces.place(labels.length * 2 + 16);
  const wordsAt = pieces.place(wordClasses.length * 4 + 28);
  const classesAt = pieces.place(classLeft.length * 8);
  const columnsAt = pieces.place(nRight * 8);
  const tilesAt = pieces.place(Math.ceil(nRight / TILE_COLUMNS) * nLeft * TILE_COLUMNS * 2);
  const addresses = [charactersAt, rootsAt, lettersAt, trieAt, labelsAt, wordsAt, classesAt, columnsAt, tilesAt];
  const order = orderByUse(tables);
  const numbers = [
    tables.nWords,
    nLeft,
    tables.spaceType,
    order.rows[tables.endLeft],
    order.columns[tables.beginRight],
  ];
  const layout = [...addresses, ...numbers];

  const stagingBytes = Math.max(STAGING_BYTES, nRight * 4);
  const stagingAt = pieces.place(stagingBytes);
  const memory = allocateMemory(pieces.sizeBytes);
  const { buffer } = memory;
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as ViterbiExports;
  exports.setDictionary(...layout);

  new Uint32Array(buffer, charactersAt, CODE_UNITS).set(tables.characters);
  new Uint16Array(buffer, labelsAt, labels.length).set(labels);
  const roots = new Uint32Array(buffer, rootsAt, CODE_UNITS * 2);
  for (let unit = 0; unit < CODE_UNITS; unit++) roots[2 * unit] = tables.rootChildren[unit];
  const half = stagingAt + stagingBytes / 2;
  const first32 = new Uint32Array(buffer, stagingAt, stagingBytes / 8);
  const second32 = new Uint32Array(buffer, half, stagingBytes / 8);
  for (let node = 0; node <= labels.length; node += first32.length) {
    const end = Math.min(node + first32.length, labels.length + 1);
    first32.set(tables.firstChild.subarray(node, end));
    second32.set(tables.firstWord.subarray(node, end));
    exports.placeTrie(node, end - node, stagingAt, half);
  }
  const first16 = new Uint16Array(buffer, stagingAt, stagingBytes / 4);
  const second16 = new Int16Array(buffer, half, stagingBytes / 4);
  for (let word = 0; word < wordClasses.length; word += first16.length) {
    const end = Math.min(word + first16.length, wordClasses.length);
    first16.set(wordClasses.subarray(word, end));
    second16.set(tables.wordCosts.subarray(word, end));
    exports.placeWords(word, end - word, stagingAt, half);
  }

  const columns = new Uint32Array(buffer, columnsAt, nRight * 2);
  const bounds = new Int16Array(buffer, columnsAt, nRight * 4);
  for (let place = 0; place < nRight; place++) {
    const tile = Math.floor(place / TILE_COLUMNS) * nLeft;
    columns[2 * place] = 2 * (tile * TILE_COLUMNS + (place % TILE_COLUMNS));
    bounds[4 * place + 2] = 0x7fff;
    bounds[4 * place + 3] = -0x8000;
  }
  first16.set(order.columns);
  for (let row = 0; row < nLeft; row++) {
    second16.set(tables.connections.subarray(row * nRight, (row + 1) * nRight));
    exports.placeConnections(order.rows[row], half, stagingAt, nRight);
  }
  const classes = new Int16Array(buffer, classesAt, classLeft.length * 4);
  for (let i = 0; i < classLeft.length; i++) {
    const column = order.columns[tables.classRight[i]];
    classes[4 * i] = order.rows[classLeft[i]];
    classes[4 * i + 1] = column;
    classes[4 * i + 2] = tables.classPenalty[i];
    classes[4 * i + 3] = bounds[4 * column + 3];
  }
  // Their size is known only now; they lie behind everything else.
  const bitmapBytes = exports.planBitmaps();
  if (bitmapBytes > 0) exports.placeBitmaps(growMemory(memory, Math.ceil(bitmapBytes / PAGE_BYTES)));
  return { module, memory, layout };
}

interface UseOrder {
  /** [nLeft] Place of a row of connections. */
  readonly rows: Uint16Array;
  /** [nRight] Place of a column. */
  readonly columns: Uint16Array;
}

/**
 * Rows and columns by the number of words of one unit that use them, most first: such words match everywhere. On the
 * articles this order is as good as the one by counted use (docs/performance.md).
 */
function orderByUse(tables: ViterbiTables): UseOrder {
  const { firstChild, firstWord, wordClasses, classLeft, classRight, nWords } = tables;
  const rowUse = new Uint32Array(tables.nLeft);
  const columnUse = new Uint32Array(tables.nRight);
  const count = (word: number) => {
    rowUse[classLeft[wordClasses[word]]]++;
    columnUse[classRight[wordClasses[word]]]++;
  };
  for (let word = firstWord[firstChild[0]]; word < firstWord[firstChild[1]]; word++) count(word);
  for (let category = 0; category < tables.nCategories; category++) count(nWords + category);
  return { rows: ranks(rowUse), columns: ranks(columnUse) };
}

function ranks(use: Uint32Array): Uint16Array {
  const order = Array.from(use.keys()).sort((a, b) => use[b] - use[a] || a - b);
  const result = new Uint16Array(use.length);
  for (const [rank, index] of order.entries()) result[index] = rank;
  return result;
}
