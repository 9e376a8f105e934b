/**
 * The best path in WebAssembly with SIMD (assembly/morph): the same tables in and the same tokens out as
 * ReferenceViterbi, several times faster. The only user of WebAssembly for the analyzer.
 *
 * The dictionary lies once in a shared memory, in the layout of assembly/morph/dictionary.ts; every kernel on it, in
 * this thread or another, has work memory of its own behind it.
 */

import { KernelError } from "../errors.js";
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
/** Up to this many children are found with one comparison of a SIMD register; more get a row of bitmaps. */
const SIMD_LANES = 8;
const LETTERS_PER_ENTRY = 32;

// First plan: a headline fits without growth.
const INITIAL_UNITS = 256;
/** Nodes planned per unit. mecab-ko-dic makes 9 on news articles (2026-11-23); more are planned when a text needs them. */
const NODES_PER_UNIT = 16;

// Status codes of assembly/morph/lattice.ts.
const STATUS_FULL = -1;
const STATUS_CROWDED = -2;

interface ViterbiExports {
  setDictionary(...layout: number[]): void;
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
  const module = compile(moduleBytes);
  return (tables) => new WasmViterbi(placeDictionary(module, tables));
}

/**
 * Copies a dictionary into shared memory, for kernels in several threads.
 *
 * @param moduleBytes assets/viterbi.wasm, or its debug build
 * @throws {KernelError} as {@link createWasmViterbi} and its factory
 */
export function shareDictionary(moduleBytes: Uint8Array, tables: ViterbiTables): SharedDictionary {
  return placeDictionary(compile(moduleBytes), tables);
}

function compile(moduleBytes: Uint8Array): WebAssembly.Module {
  if (typeof WebAssembly === "undefined") {
    throw new KernelError("KERNEL_UNAVAILABLE", "this runtime has no WebAssembly; use one that has, such as Node 20");
  }
  try {
    return new WebAssembly.Module(moduleBytes);
  } catch (cause) {
    const problem = "this runtime cannot compile the analyzer's WebAssembly module, which needs SIMD and shared memory";
    throw new KernelError("KERNEL_UNAVAILABLE", `${problem}; use a newer one, such as Node 20`, { cause });
  }
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

/** Hands out the dictionary's part of the memory, piece after piece, each at the beginning of a cache line. */
class Layout {
  sizeBytes = FIRST_ADDRESS;

  place(nBytes: number): number {
    const address = this.sizeBytes;
    this.sizeBytes += Math.ceil(nBytes / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
    return address;
  }
}

function placeDictionary(module: WebAssembly.Module, tables: ViterbiTables): SharedDictionary {
  const { labels, firstChild, wordClasses, classLeft, nLeft, nRight } = tables;
  const letters = numberLetters(tables);
  const bitmapEntries = Math.ceil((letters.nLetters + 1) / LETTERS_PER_ENTRY);
  const bitmapRoots: number[] = [];
  for (let root = firstChild[0]; root < firstChild[1]; root++) {
    if (firstChild[root + 1] - firstChild[root] > SIMD_LANES) bitmapRoots.push(root);
  }

  const layout = new Layout();
  const charactersAt = layout.place(CODE_UNITS * 4);
  const rootsAt = layout.place(CODE_UNITS * 8);
  const lettersAt = layout.place(CODE_UNITS * 2);
  const bitmapsAt = layout.place(bitmapRoots.length * bitmapEntries * 8);
  const trieAt = layout.place((labels.length + 1) * 8);
  const labelsAt = layout.place(labels.length * 2 + 16);
  const wordsAt = layout.place(wordClasses.length * 4);
  const classesAt = layout.place(classLeft.length * 8);
  const columnsAt = layout.place(nRight * 8);
  const tilesAt = layout.place(Math.ceil(nRight / TILE_COLUMNS) * nLeft * TILE_COLUMNS * 2);
  const memory = allocateMemory(layout.sizeBytes);
  const { buffer } = memory;

  new Uint32Array(buffer, charactersAt, CODE_UNITS).set(tables.characters);
  new Uint16Array(buffer, lettersAt, CODE_UNITS).set(letters.numbers);
  new Uint16Array(buffer, labelsAt, labels.length).set(labels);
  const roots = new Uint32Array(buffer, rootsAt, CODE_UNITS * 2);
  for (let unit = 0; unit < CODE_UNITS; unit++) roots[2 * unit] = tables.rootChildren[unit];
  for (const [i, root] of bitmapRoots.entries()) {
    const at = bitmapsAt + i * bitmapEntries * 8;
    roots[2 * labels[root] + 1] = at;
    fillBitmaps(new Uint32Array(buffer, at, bitmapEntries * 2), root, tables, letters.numbers);
  }
  interleaveTrie(new Uint32Array(buffer, trieAt, (labels.length + 1) * 2), tables);
  interleaveWords(new Uint32Array(buffer, wordsAt, wordClasses.length), tables);

  const order = orderByUse(tables);
  const columns = new Int32Array(buffer, columnsAt, nRight * 2);
  const maxima = fillTiles(new Int16Array(buffer, tilesAt), columns, tables, order);
  const classes = new Int16Array(buffer, classesAt, classLeft.length * 4);
  for (let i = 0; i < classLeft.length; i++) {
    const right = tables.classRight[i];
    classes[4 * i] = order.rows[classLeft[i]];
    classes[4 * i + 1] = order.columns[right];
    classes[4 * i + 2] = tables.classPenalty[i];
    classes[4 * i + 3] = maxima[right];
  }
  const addresses = [charactersAt, rootsAt, lettersAt, trieAt, labelsAt, wordsAt, classesAt, columnsAt, tilesAt];
  const numbers = [
    tables.nWords,
    nLeft,
    tables.spaceType,
    order.rows[tables.endLeft],
    order.columns[tables.beginRight],
  ];
  return { module, memory, layout: [...addresses, ...numbers] };
}

interface Letters {
  readonly nLetters: number;
  /** [65536] 1 … nLetters in the order of the units, 0 for the others. */
  readonly numbers: Uint16Array;
}

/** The units that stand second in a word. */
function numberLetters({ labels, firstChild }: ViterbiTables): Letters {
  const numbers = new Uint16Array(CODE_UNITS);
  const end = firstChild[firstChild[1]];
  for (let node = firstChild[firstChild[0]]; node < end; node++) numbers[labels[node]] = 1;
  let nLetters = 0;
  for (let unit = 0; unit < CODE_UNITS; unit++) if (numbers[unit] !== 0) numbers[unit] = ++nLetters;
  return { nLetters, numbers };
}

/** Letters are numbered in the order of siblings, so the node of a letter is the first child plus the bits before it. */
function fillBitmaps(entries: Uint32Array, root: number, { labels, firstChild }: ViterbiTables, letters: Uint16Array) {
  let filled = 0;
  for (let node = firstChild[root]; node < firstChild[root + 1]; node++) {
    const letter = letters[labels[node]];
    const entry = letter >>> 5;
    for (; filled <= entry; filled++) entries[2 * filled + 1] = node;
    entries[2 * entry] |= 1 << (letter & 31);
  }
}

function interleaveTrie(trie: Uint32Array, { firstChild, firstWord }: ViterbiTables): void {
  for (let node = 0; node < firstChild.length; node++) {
    trie[2 * node] = firstChild[node];
    trie[2 * node + 1] = firstWord[node];
  }
}

function interleaveWords(words: Uint32Array, { wordClasses, wordCosts }: ViterbiTables): void {
  for (let word = 0; word < wordClasses.length; word++) words[word] = wordClasses[word] | (wordCosts[word] << 16);
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

/** Returns the highest cost of each column, by its number in the tables. */
function fillTiles(tiles: Int16Array, columns: Int32Array, tables: ViterbiTables, order: UseOrder): Int16Array {
  const { connections, nLeft, nRight } = tables;
  const minima = new Int16Array(nRight).fill(0x7fff);
  const maxima = new Int16Array(nRight).fill(-0x8000);
  const starts = Uint32Array.from(order.columns, (place) => tileStart(place, nLeft));
  for (let row = 0, from = 0; row < nLeft; row++) {
    const to = order.rows[row] * TILE_COLUMNS;
    for (let column = 0; column < nRight; column++) {
      const cost = connections[from++];
      tiles[starts[column] + to] = cost;
      if (cost < minima[column]) minima[column] = cost;
      if (cost > maxima[column]) maxima[column] = cost;
    }
  }
  for (let column = 0; column < nRight; column++) {
    const place = order.columns[column];
    columns[2 * place] = starts[column] * Int16Array.BYTES_PER_ELEMENT;
    columns[2 * place + 1] = minima[column];
  }
  return maxima;
}

/** Element of the tiles at which a column begins. */
function tileStart(place: number, nLeft: number): number {
  return Math.floor(place / TILE_COLUMNS) * nLeft * TILE_COLUMNS + (place % TILE_COLUMNS);
}
