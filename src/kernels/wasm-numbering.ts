/**
 * Terms to numbers in WebAssembly (assembly/numbering): the same documents in and the same numbers out as
 * ReferenceNumbering, several times faster. Each kernel has a memory of its own, which grows with the terms.
 */

/// <reference path="./webassembly.d.ts" />

import { KernelError } from "../errors.js";
import { compileModule } from "./compile-module.js";
import type { NamedTerms, NumberingKernel, NumberingKernelFactory } from "./numbering.js";
import type { TermRanges } from "./terms.js";

/** 4 GiB, the most that 32-bit addresses reach. */
const MAX_PAGES = 65_536;

/** Stands for an address and for a count where the runtime gives no more memory. */
const NO_MEMORY = 0;
const FAILED = -1;
/** A range that holds no number. */
const NO_NGRAMS = [1, 0] as const;

/** The functions of assembly/numbering/index.ts: addresses in bytes, and counts. */
interface NumberingExports {
  addWord(nUnits: number): number;
  beginTables(): number;
  clearWords(): void;
  countTerms(): number;
  endsAddress(): number;
  forgetTerms(): void;
  givenUnitsAddress(): number;
  memoryEnd(): number;
  numberDocument(nUnits: number, nWords: number, nSingles: number): number;
  numbersAddress(): number;
  numberTerms(nTerms: number): number;
  reserveDocument(nUnits: number, nWords: number): number;
  reserveTerms(nUnits: number, nTerms: number): number;
  reserveWord(nUnits: number): number;
  setRanges(wordFrom: number, wordTo: number, charFrom: number, charTo: number): number;
  termNumbersAddress(): number;
  termStartsAddress(): number;
  termUnitsAddress(): number;
  unitsAddress(): number;
  wordsAddress(): number;
}

/**
 * Returns a factory of kernels.
 *
 * @param moduleBytes assets/numbering.wasm, or its debug build
 * @throws {KernelError} of the factory KERNEL_UNAVAILABLE when the runtime has no WebAssembly, KERNEL_MEMORY when it cannot
 * give the memory; of the kernels KERNEL_MEMORY
 */
export function createWasmNumbering(moduleBytes: Uint8Array): NumberingKernelFactory {
  let module: WebAssembly.Module | null = null;
  return (ranges) => {
    module ??= compileModule(moduleBytes, "the numbering's", "64-bit integers");
    return new WasmNumbering(module, ranges);
  };
}

class WasmNumbering implements NumberingKernel {
  readonly name = "wasm";
  nWords = 0;
  nWordUnits = 0;
  units: Uint16Array = new Uint16Array(0);
  words: Uint32Array = new Uint32Array(0);
  numbers: Uint32Array = new Uint32Array(0);

  readonly #memory: WebAssembly.Memory;
  readonly #exports: NumberingExports;

  constructor(module: WebAssembly.Module, { words, characters }: TermRanges) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES });
    this.#memory = memory;
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as NumberingExports;
    if (!this.#exports.setRanges(...words, ...(characters ?? NO_NGRAMS)) || !this.#exports.beginTables()) this.#fail();
  }

  wordInput(nUnits: number): Uint16Array {
    const address = this.#exports.reserveWord(nUnits);
    if (address === NO_MEMORY) this.#fail();
    return new Uint16Array(this.#memory.buffer, address, nUnits);
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

  reserve(nUnits: number, nWords: number): void {
    if (!this.#exports.reserveDocument(nUnits, nWords)) this.#fail();
    const { buffer } = this.#memory;
    // Growth of the memory, for whatever reason, leaves views of no length behind.
    if (this.units.length < nUnits) this.units = new Uint16Array(buffer, this.#exports.unitsAddress(), nUnits);
    if (this.words.length < nWords) this.words = new Uint32Array(buffer, this.#exports.wordsAddress(), nWords);
  }

  number(nUnits: number, nWords: number, nSingles: number): number {
    if (nUnits > this.units.length || nWords + nSingles > this.words.length) throw new Error("Bug: no room was made");
    const nNumbers = this.#exports.numberDocument(nUnits, nWords, nSingles);
    if (nNumbers === FAILED) this.#fail();
    this.numbers = new Uint32Array(this.#memory.buffer, this.#exports.numbersAddress(), nNumbers);
    return nNumbers;
  }

  get nTerms(): number {
    return this.#exports.countTerms();
  }

  get termStarts(): Uint32Array {
    return new Uint32Array(this.#memory.buffer, this.#exports.termStartsAddress(), this.nTerms + 1);
  }

  get termUnits(): Uint16Array {
    const nUnits = this.termStarts[this.nTerms] as number;
    return new Uint16Array(this.#memory.buffer, this.#exports.termUnitsAddress(), nUnits);
  }

  get nBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  numberTerms({ units, ends }: NamedTerms): Uint32Array {
    const { endsAddress, givenUnitsAddress, numberTerms, reserveTerms, termNumbersAddress } = this.#exports;
    if (!reserveTerms(units.length, ends.length)) this.#fail();
    new Uint16Array(this.#memory.buffer, givenUnitsAddress(), units.length).set(units);
    new Uint32Array(this.#memory.buffer, endsAddress(), ends.length).set(ends);
    if (!numberTerms(ends.length)) this.#fail();
    return new Uint32Array(this.#memory.buffer, termNumbersAddress(), ends.length);
  }

  termsFrom(first: number): NamedTerms {
    const { termStarts } = this;
    const begin = termStarts[first] as number;
    return { units: this.termUnits.slice(begin), ends: termStarts.slice(first + 1).map((end) => end - begin) };
  }

  clearTerms(): void {
    this.#exports.forgetTerms();
  }

  #fail(): never {
    const nMegabytes = Math.ceil(this.#exports.memoryEnd() / 2 ** 20);
    const problem = `the terms need more than ${nMegabytes} MiB, which the runtime cannot give`;
    throw new KernelError("KERNEL_MEMORY", `${problem}; use fewer n-grams (see charNgramRange)`);
  }
}
