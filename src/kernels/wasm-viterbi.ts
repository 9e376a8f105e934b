/**
 * The best path in WebAssembly with SIMD (assembly/morph): the same tables in and the same tokens out as
 * ReferenceViterbi, several times faster. The only user of WebAssembly for the analyzer.
 *
 * The dictionary lies once in a shared memory, in the layout of assembly/morph/dictionary.ts; every kernel on it, in
 * this thread or another, has work memory of its own behind it.
 */

import { KernelError } from "../errors.js";
import { compileModule } from "./compile-module.js";
import { classesOf, copyTables, shapeOf } from "./reference-tables.js";
import {
  type ClassTables,
  CODE_UNITS,
  type CodedPairs,
  MAX_PAIR_KINDS,
  MAX_SENTENCE_UNITS,
  type TableShape,
  type TableStore,
  type ViterbiKernel,
  type ViterbiKernelFactory,
  type ViterbiTables,
} from "./viterbi.js";

const PAGE_BYTES = 65_536;
/** 1 GiB, the limit that assembly/morph/asconfig.json declares: a dictionary and some 60 kernels at their longest text. */
const MAX_PAGES = 16_384;
/** Address 0 stands for "none"; what lies before this one is a scratch area of `placeColumns`. */
const FIRST_ADDRESS = 128;
const CACHE_LINE_BYTES = 64;

/** Costs in a cache line: the width of a tile. */
const TILE_COLUMNS = 32;

// First plan: a headline fits without growth.
const INITIAL_UNITS = 256;
/** Nodes planned per unit. mecab-ko-dic makes 9 on news articles (2026-11-23); more are planned when a text needs them. */
const NODES_PER_UNIT = 16;

// Status codes of assembly/morph/lattice.ts.
const STATUS_FULL = -1;
const STATUS_CROWDED = -2;

interface ViterbiExports {
  setDictionary(...layout: number[]): void;
  placeTrie(...pairs: CodedPairsAt): number;
  placeWords(...pairs: CodedPairsAt): number;
  allBelow(numbers: number, count: number, limit: number): number;
  placeRows(row: number, count: number, distances: number, rare: number, costs: number, nRight: number): number;
  placeColumns(nRight: number): void;
  placeClasses(count: number, rows: number): void;
  placeRoots(): void;
  planBitmaps(): number;
  placeBitmaps(address: number): void;
  plan(base: number, nUnits: number, nNodes: number): number;
  analyze(nUnits: number): number;
  textAddress(): number;
  tokensAddress(): number;
}

/** The first pair, how many, and where codes, rare kinds and kinds lie. */
type CodedPairsAt = [first: number, count: number, codes: number, rare: number, kinds: number, nKinds: number];

/**
 * A dictionary in shared memory with the program that searches it. Holds nothing that structured cloning refuses, so it
 * can be posted to worker threads, each of which makes a {@link WasmViterbi} on the one copy.
 */
export interface SharedDictionary {
  readonly module: object;
  readonly memory: object;
  readonly shape: TableShape;
  readonly classes: ClassTables;
}

/** A memory that several threads may grow. */
interface SharedMemory extends WebAssembly.Memory {
  /** Adds pages of 64 KiB, which belong to the caller; returns the number of pages before. */
  grow(nPages: number): number;
}

/** Where the tables of a dictionary lie, in bytes; see assembly/morph/dictionary.ts. */
interface Addresses {
  readonly characters: number;
  readonly roots: number;
  readonly letters: number;
  readonly trie: number;
  readonly labels: number;
  readonly words: number;
  readonly classes: number;
  readonly columns: number;
  readonly tiles: number;
  readonly end: number;
}

/** Hands out pieces of the memory one after another, each at the beginning of a cache line. */
function addressesOf(shape: TableShape, nClasses: number): Addresses {
  let end = FIRST_ADDRESS;
  const place = (nBytes: number): number => {
    const address = end;
    end += Math.ceil(nBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
    return address;
  };
  return {
    characters: place(CODE_UNITS * 4),
    roots: place(CODE_UNITS * 8),
    letters: place(CODE_UNITS * 2),
    trie: place((shape.nNodes + 1) * 8),
    labels: place(shape.nNodes * 2 + 16),
    words: place((shape.nWords + shape.nCategories) * 4),
    classes: place(nClasses * 8),
    columns: place(shape.nRight * 8),
    tiles: place(Math.ceil(shape.nRight / TILE_COLUMNS) * shape.nLeft * TILE_COLUMNS * 2),
    end,
  };
}

/** Memories of tables that were made here. */
const memories = new WeakMap<ViterbiTables, SharedMemory>();
/** Memories in which all that the kernels need beside the tables has been put. */
const complete = new WeakSet<SharedMemory>();

/**
 * What passes through the memory on its way into the tables does so where the roots will stand, which come last: half of
 * it for kinds of pairs, MAX_PAIR_KINDS at most, or for a row of costs, half for the pieces of the rest.
 */
const STAGING_BYTES = CODE_UNITS * 8;
const PIECES_BYTES = STAGING_BYTES / 2;
const NO_KIND = Uint16Array.of(MAX_PAIR_KINDS);
/** A pair takes a byte for its code and two for a rare kind. */
const PAIRS_AT_ONCE = PIECES_BYTES / 4;

/**
 * Tables in the kernels' shared memory and layout, filled by the module itself. They must be filled before a kernel is
 * made on them.
 */
class WasmStore implements TableStore {
  readonly #module: WebAssembly.Module;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** @throws {KernelError} KERNEL_MEMORY when the runtime cannot give so much memory */
  allocate(shape: TableShape, classes: ClassTables): ViterbiTables {
    const { end } = addressesOf(shape, classes.classLeft.length);
    return viewTables(allocateMemory(end), shape, classes);
  }

  fillTrie(tables: ViterbiTables, counts: CodedPairs): number {
    const staging = this.#open(tables);
    return placePairs(staging, counts, (...pairs) => staging.exports.placeTrie(...pairs));
  }

  fillWords(tables: ViterbiTables, words: CodedPairs): number {
    const staging = this.#open(tables);
    const { exports, buffer, address } = staging;
    const nKinds = words.kinds.length >> 1;
    new Uint16Array(buffer, address, nKinds).set(words.kinds.subarray(0, nKinds));
    if (exports.allBelow(address, nKinds, tables.classLeft.length) === 0) return 0;
    return placePairs(staging, words, (...pairs) => exports.placeWords(...pairs));
  }

  fillConnections(tables: ViterbiTables, distances: Int8Array, rare: Int16Array): boolean {
    const { exports, buffer, address } = this.#open(tables);
    const { nLeft, nRight } = tables;
    const pieces = address + STAGING_BYTES - PIECES_BYTES;
    // As for pairs: a byte for a distance, two for a rare one.
    const nRowsAtOnce = Math.max(1, Math.floor(PAIRS_AT_ONCE / nRight));
    const rareAt = pieces + nRowsAtOnce * nRight;
    const bytes = new Int8Array(buffer);
    new Int16Array(buffer, address, nRight).fill(0);
    let nextRare = 0;
    for (let row = 0; row < nLeft; row += nRowsAtOnce) {
      const count = Math.min(nRowsAtOnce, nLeft - row);
      bytes.set(distances.subarray(row * nRight, (row + count) * nRight), pieces);
      const rareRows = rare.subarray(nextRare, nextRare + count * nRight);
      setShorts(buffer, rareAt, rareRows);
      const nRare = exports.placeRows(row, count, pieces, rareAt, address, nRight);
      if (nRare > rareRows.length) return false;
      nextRare += nRare;
    }
    return true;
  }

  #open(tables: ViterbiTables): Staging {
    const memory = memories.get(tables);
    if (memory === undefined) throw new Error("Bug: the tables come from another store");
    const classes = classesOf(tables);
    const shape = shapeOf(tables);
    const exports = instantiate({ module: this.#module, memory, shape, classes });
    return { exports, buffer: memory.buffer, address: addressesOf(shape, classes.classLeft.length).roots };
  }
}

/** An instance on a memory that is being filled, and where its staging area begins. */
interface Staging {
  readonly exports: ViterbiExports;
  readonly buffer: ArrayBufferLike;
  readonly address: number;
}

/** Numbers of 16 bits at any address, also an odd one. */
function setShorts(buffer: ArrayBufferLike, address: number, numbers: Uint16Array | Int16Array): void {
  new Uint8Array(buffer, address).set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

/** Hands over pairs piece by piece; returns the first faulty one, or -1. */
function placePairs(
  { buffer, address }: Staging,
  { codes, rare, kinds }: CodedPairs,
  place: (...pairs: CodedPairsAt) => number,
): number {
  const pieces = address + STAGING_BYTES - PIECES_BYTES;
  const rareAt = pieces + PAIRS_AT_ONCE;
  const bytes = new Uint8Array(buffer);
  setShorts(buffer, address, kinds);
  let nextRare = 0;
  for (let first = 0; first < codes.length; first += PAIRS_AT_ONCE) {
    const piece = codes.subarray(first, first + PAIRS_AT_ONCE);
    bytes.set(piece, pieces);
    const rareKinds = rare.subarray(nextRare, nextRare + piece.length);
    setShorts(buffer, rareAt, rareKinds);
    // No kind has this number: a pair without a rare kind is a faulty one.
    setShorts(buffer, rareAt + rareKinds.byteLength, NO_KIND);
    const nRare = place(first, piece.length, pieces, rareAt, address, kinds.length >> 1);
    if (nRare < 0) return -1 - nRare;
    nextRare += nRare;
  }
  return -1;
}

function viewTables(memory: SharedMemory, shape: TableShape, classes: ClassTables): ViterbiTables {
  const { nNodes, nLeft, nRight } = shape;
  const { buffer } = memory;
  const at = addressesOf(shape, classes.classLeft.length);
  const nIds = shape.nWords + shape.nCategories;
  const columnOffsets = new Uint32Array(nRight);
  for (let column = 0; column < nRight; column++) {
    const inTile = column % TILE_COLUMNS;
    columnOffsets[column] = (column - inTile) * nLeft + inTile;
  }
  const tables: ViterbiTables = {
    ...shape,
    ...classes,
    characters: new Uint32Array(buffer, at.characters, CODE_UNITS),
    labels: new Uint16Array(buffer, at.labels, nNodes),
    nodeStride: 2,
    firstChild: new Uint32Array(buffer, at.trie, 2 * nNodes + 1),
    firstWord: new Uint32Array(buffer, at.trie + 4, 2 * nNodes + 1),
    wordStride: 2,
    wordClasses: new Uint16Array(buffer, at.words, 2 * nIds - 1),
    wordCosts: new Int16Array(buffer, at.words + 2, 2 * nIds - 1),
    connections: new Int16Array(buffer, at.tiles, Math.ceil(nRight / TILE_COLUMNS) * nLeft * TILE_COLUMNS),
    columnOffsets,
    rowStride: TILE_COLUMNS,
  };
  memories.set(tables, memory);
  return tables;
}

/** Modules by their bytes: one compilation for store and kernels. */
const modules = new WeakMap<Uint8Array, WebAssembly.Module>();

function compile(moduleBytes: Uint8Array): WebAssembly.Module {
  let module = modules.get(moduleBytes);
  if (module === undefined) {
    module = compileModule(moduleBytes, "the analyzer's", "SIMD and shared memory");
    modules.set(moduleBytes, module);
  }
  return module;
}

/**
 * Returns a factory of WebAssembly kernels. Tables of a {@link createWasmStore} are used where they are, by any number
 * of kernels; others are copied with each call.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly, or none with SIMD and shared memory; of
 * the factory KERNEL_MEMORY when the runtime cannot give so much memory
 */
export function createWasmViterbi(moduleBytes: Uint8Array): ViterbiKernelFactory {
  const module = compile(moduleBytes);
  return (tables) => new WasmViterbi(share(module, tables));
}

/**
 * Returns a store of tables in the kernels' shared memory.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} KERNEL_UNAVAILABLE as {@link createWasmViterbi}
 */
export function createWasmStore(moduleBytes: Uint8Array): TableStore {
  return new WasmStore(compile(moduleBytes));
}

/**
 * Returns what kernels in other threads need; tables that are not in shared memory are copied there.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} as {@link createWasmViterbi} and its factory
 */
export function shareDictionary(moduleBytes: Uint8Array, tables: ViterbiTables): SharedDictionary {
  return share(compile(moduleBytes), tables);
}

/** The tables of a shared dictionary, in any thread. */
export function tablesOf({ memory, shape, classes }: SharedDictionary): ViterbiTables {
  complete.add(memory as SharedMemory);
  return viewTables(memory as SharedMemory, shape, classes);
}

function share(module: WebAssembly.Module, given: ViterbiTables): SharedDictionary {
  const tables = memories.has(given) ? given : copyTables(given, new WasmStore(module));
  const memory = memories.get(tables) as SharedMemory;
  const shared: SharedDictionary = { module, memory, shape: shapeOf(tables), classes: classesOf(tables) };
  if (!complete.has(memory)) {
    completeMemory(shared);
    complete.add(memory);
  }
  return shared;
}

function instantiate({ module, memory, shape, classes }: SharedDictionary): ViterbiExports {
  const imports = { env: { memory: memory as WebAssembly.Memory } };
  const exports = new WebAssembly.Instance(module as WebAssembly.Module, imports).exports as ViterbiExports;
  const {
    characters,
    roots,
    letters,
    trie,
    labels,
    words,
    classes: classesAt,
    columns,
    tiles,
  } = addressesOf(shape, classes.classLeft.length);
  const addresses = [characters, roots, letters, trie, labels, words, classesAt, columns, tiles];
  exports.setDictionary(...addresses, shape.nWords, shape.nLeft, shape.spaceType, shape.endLeft, shape.beginRight);
  return exports;
}

/** Writes what the kernels derive from the tables: columns and classes with the bounds of their costs, roots, bitmaps. */
function completeMemory(shared: SharedDictionary): void {
  const { classLeft, classRight, classPenalty } = shared.classes;
  const memory = shared.memory as SharedMemory;
  const { buffer } = memory;
  const at = addressesOf(shared.shape, classLeft.length);
  const exports = instantiate(shared);
  exports.placeColumns(shared.shape.nRight);
  for (const [i, numbers] of [classLeft, classRight, classPenalty].entries()) {
    setShorts(buffer, at.roots + i * classLeft.byteLength, numbers);
  }
  exports.placeClasses(classLeft.length, at.roots);
  new Uint8Array(buffer, at.roots, CODE_UNITS * 8).fill(0);
  exports.placeRoots();
  // Their size is known only now; they lie behind everything else.
  const bitmapBytes = exports.planBitmaps();
  if (bitmapBytes > 0) exports.placeBitmaps(growMemory(memory, Math.ceil(bitmapBytes / PAGE_BYTES)));
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
    this.#exports = instantiate(shared);
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
