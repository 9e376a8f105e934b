/**
 * Terms to columns in WebAssembly (assembly/terms): the same documents in and the same rows out as ReferenceTerms, several
 * times faster. Each kernel has a memory of its own with a copy of the vocabulary, which it makes its tables of.
 */

/// <reference path="./webassembly.d.ts" />

import { KernelError } from "../errors.js";
import { compileModule } from "./compile-module.js";
import type { TermArrays, TermKernel, TermKernelFactory, TermRanges, TermWeights } from "./terms.js";

const PAGE_BYTES = 65_536;
/** 4 GiB, the most that 32-bit addresses reach. */
const MAX_PAGES = 65_536;

// First plan: a headline fits without growth.
const INITIAL_UNITS = 512;
const INITIAL_NUMBERS = 256;
const INITIAL_WORDS = 1024;
const INITIAL_WORD_UNITS = 8192;
/** Of a word in the kernel's list. */
const RECORD_BYTES = 16;
/** Words are read four units at a time. */
const SPARE_UNITS = 4;
/** A range that holds no number. */
const NO_NGRAMS = [1, 0] as const;

/** The functions of assembly/terms/index.ts: addresses in bytes, and counts. */
interface TermExports {
  addWord(nUnits: number): number;
  clearWords(): void;
  columnsAddress(): number;
  countShortTerms(): number;
  fillTables(): void;
  idfAddress(): number;
  moveWords(base: number, capacity: number, unitCapacity: number): number;
  planDocument(base: number, nUnits: number, nNumbers: number): number;
  planTables(nShort: number): number;
  planTerms(base: number, nTerms: number, nUnits: number): number;
  setOptions(wordFrom: number, wordTo: number, charFrom: number, charTo: number, sublinear: boolean): void;
  unitsAddress(): number;
  valuesAddress(): number;
  weigh(nUnits: number, nWords: number, nSingles: number): number;
  wordUnitsEnd(): number;
  wordsAddress(): number;
}

interface GrowingMemory extends WebAssembly.Memory {
  /** Adds pages of 64 KiB, which detaches all views; returns the number of pages before. */
  grow(nPages: number): number;
}

/**
 * Returns a factory of kernels.
 *
 * @param moduleBytes assets/terms.wasm, or its debug build
 * @throws {KernelError} of the factory KERNEL_UNAVAILABLE when the runtime has no WebAssembly, KERNEL_MEMORY when it cannot
 * give so much memory
 */
export function createWasmTerms(moduleBytes: Uint8Array): TermKernelFactory {
  let module: WebAssembly.Module | null = null;
  return (terms, weights, ranges) => {
    module ??= compileModule(moduleBytes, "the terms'", "SIMD");
    return new WasmTerms(module, terms, weights, ranges);
  };
}

class WasmTerms implements TermKernel {
  readonly name = "wasm";
  nWords = 0;
  nWordUnits = 0;
  units!: Uint16Array;
  words!: Uint32Array;
  columns!: Uint32Array;
  values!: Float32Array;

  readonly #memory: GrowingMemory;
  readonly #exports: TermExports;
  readonly #nTerms: number;
  /** First byte that nothing has been planned on. */
  #end = PAGE_BYTES;
  #nUnits = 0;
  #nNumbers = 0;
  #maxWords = 0;
  #maxWordUnits = 0;

  constructor(
    module: WebAssembly.Module,
    { termUnits, termOffsets }: TermArrays,
    { idf, sublinearTf }: TermWeights,
    { words, characters }: TermRanges,
  ) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES }) as GrowingMemory;
    const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as TermExports;
    this.#memory = memory;
    this.#exports = exports;
    this.#nTerms = termOffsets.length - 1;
    const offsetsAt = exports.planTerms(PAGE_BYTES, this.#nTerms, termUnits.length);
    this.#growTo(offsetsAt + termOffsets.byteLength);
    new Uint16Array(memory.buffer, PAGE_BYTES, termUnits.length).set(termUnits);
    new Uint32Array(memory.buffer, offsetsAt, termOffsets.length).set(termOffsets);
    this.#growTo(exports.planTables(exports.countShortTerms()));
    exports.fillTables();
    new Float64Array(memory.buffer, exports.idfAddress(), idf.length).set(idf);
    exports.setOptions(...words, ...(characters ?? NO_NGRAMS), sublinearTf);
    this.#growWords(INITIAL_WORDS, INITIAL_WORD_UNITS);
    this.reserve(INITIAL_UNITS, INITIAL_NUMBERS);
  }

  wordInput(nUnits: number): Uint16Array {
    if (this.nWords === this.#maxWords || this.nWordUnits + nUnits > this.#maxWordUnits) {
      this.#growWords(2 * this.#maxWords, 2 * (this.#maxWordUnits + nUnits));
    }
    return new Uint16Array(this.#memory.buffer, this.#exports.wordUnitsEnd(), nUnits);
  }

  addWord(nUnits: number): number {
    if (nUnits < 2) throw new Error(`Bug: a word of ${nUnits} units`);
    this.nWords++;
    this.nWordUnits += nUnits;
    return this.#exports.addWord(nUnits);
  }

  clearWords(): void {
    this.nWords = 0;
    this.nWordUnits = 0;
    this.#exports.clearWords();
  }

  reserve(nUnits: number, nNumbers: number): void {
    if (nUnits <= this.#nUnits && nNumbers <= this.#nNumbers) return;
    this.#nUnits = nUnits <= this.#nUnits ? this.#nUnits : Math.max(nUnits, 2 * this.#nUnits);
    this.#nNumbers = nNumbers <= this.#nNumbers ? this.#nNumbers : Math.max(nNumbers, 2 * this.#nNumbers);
    this.#growTo(this.#exports.planDocument(this.#end, this.#nUnits, this.#nNumbers));
    this.#view();
  }

  weigh(nUnits: number, nWords: number, nSingles: number): number {
    if (nUnits > this.#nUnits || nWords + nSingles > this.#nNumbers) throw new Error("Bug: no room was made");
    return this.#exports.weigh(nUnits, nWords, nSingles);
  }

  #growWords(maxWords: number, maxUnits: number): void {
    const base = this.#end;
    this.#growTo(base + maxWords * RECORD_BYTES + (maxUnits + SPARE_UNITS) * Uint16Array.BYTES_PER_ELEMENT);
    this.#exports.moveWords(base, maxWords, maxUnits);
    this.#maxWords = maxWords;
    this.#maxWordUnits = maxUnits;
    this.#view();
  }

  /** The buffers in the memory as it is now; before the first document is planned they are of no use. */
  #view(): void {
    const { buffer } = this.#memory;
    const { unitsAddress, wordsAddress, columnsAddress, valuesAddress } = this.#exports;
    this.units = new Uint16Array(buffer, unitsAddress(), this.#nUnits);
    this.words = new Uint32Array(buffer, wordsAddress(), this.#nNumbers);
    this.columns = new Uint32Array(buffer, columnsAddress(), this.#nTerms);
    this.values = new Float32Array(buffer, valuesAddress(), this.#nTerms);
  }

  /** Makes the memory reach up to `end`, and what comes next begin there. */
  #growTo(end: number): void {
    this.#end = Math.ceil(end / 64) * 64;
    const missing = Math.ceil(this.#end / PAGE_BYTES) - this.#memory.buffer.byteLength / PAGE_BYTES;
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (cause) {
      const problem = `the terms need ${Math.ceil(this.#end / 2 ** 20)} MiB`;
      throw new KernelError("KERNEL_MEMORY", `${problem}, which the runtime cannot give; use fewer terms`, { cause });
    }
  }
}
