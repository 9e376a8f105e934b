/**
 * The network's kernels in WebAssembly with SIMD (assembly/nn/); agrees with reference-mlp.ts within float32.
 *
 * The module does sums and products in float32, so the reference's doubles are nearer to the formula; what the module
 * gives is the same on every engine. Its memory is one arena, made as large as the plan says and never grown, so views of
 * it stay valid and a step allocates nothing.
 */

/// <reference path="./webassembly.d.ts" />

import { KernelError } from "../errors.js";
import { compileModule } from "./compile-module.js";
import {
  alignedBytes,
  INT8_ROWS_AT_ONCE,
  MAX_SEPARATORS,
  type MlpKernelFactory,
  type MlpKernels,
  type PackedBuffer,
  type ScoringBuffers,
} from "./mlp.js";
import { countRows, type Float16Rows, type Int8Rows, type PackedRows, recordBytes, unpackRow } from "./packed-rows.js";

const PAGE_BYTES = 65_536;
/** 4 GiB, the most that 32-bit addresses reach. */
const MAX_PAGES = 65_536;
/** Room for the scratch space of one thread. */
const MAX_SCRATCH_BYTES = 8448;

/** The functions of assembly/nn/index.ts: addresses in bytes, counts, and numbers. */
interface MlpExports {
  arenaStart(): number;
  adamUpdate(
    weight: number,
    moment1: number,
    moment2: number,
    gradient: number,
    kept: number,
    l2: number,
    stepSize: number,
    rootScale: number,
    epsilon: number,
    n: number,
  ): void;
  adamUpdateRows(
    weight: number,
    moment1: number,
    moment2: number,
    gradient: number,
    rows: number,
    l2: number,
    stepSize: number,
    rootScale: number,
    epsilon: number,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): number;
  batchNormBackward(
    dInput: number,
    dGamma: number,
    dBeta: number,
    dOut: number,
    input: number,
    mean: number,
    scale: number,
    gamma: number,
    nRows: number,
    nUnits: number,
  ): void;
  batchNormForward(
    out: number,
    mean: number,
    scale: number,
    runningMean: number,
    runningVar: number,
    input: number,
    gamma: number,
    beta: number,
    nRows: number,
    nUnits: number,
  ): void;
  descendDual(
    weights: number,
    bias: number,
    alpha: number,
    furthest: number,
    ratios: number,
    slackWithin: number,
    slackWithout: number,
    isActive: number,
    documents: number,
    labels: number,
    sampleWeights: number,
    indptr: number,
    columns: number,
    values: number,
    firstLabel: number,
    nRows: number,
    nDocuments: number,
    nTerms: number,
    nPairs: number,
  ): number;
  dropInputs(
    indptr: number,
    columns: number,
    values: number,
    lastDropped: number,
    keep: number,
    seed: number,
    step: number,
    nRows: number,
  ): void;
  dropoutMask(
    mask: number,
    lastDropped: number,
    keep: number,
    seed: number,
    step: number,
    layer: number,
    nRows: number,
    nUnits: number,
  ): void;
  float16Sums(
    out: number,
    columns: number,
    values: number,
    nnz: number,
    weight: number,
    bias: number,
    nTerms: number,
    nUnits: number,
  ): number;
  float32Sums(
    out: number,
    columns: number,
    values: number,
    nnz: number,
    weight: number,
    bias: number,
    nTerms: number,
    nUnits: number,
  ): number;
  groupByTerm(
    terms: number,
    slotIndptr: number,
    slotRows: number,
    slotValues: number,
    slotOfTerm: number,
    indptr: number,
    columns: number,
    values: number,
    nRows: number,
    nTerms: number,
  ): number;
  fillUniform(values: number, halfWidth: number, seed: number, layer: number, n: number): void;
  findNonFinite(values: number, n: number): number;
  int8Sums(
    out: number,
    columns: number,
    values: number,
    nnz: number,
    records: number,
    recordBytes: number,
    widths: number,
    nGroups: number,
    bias: number,
    nTerms: number,
    nUnits: number,
  ): number;
  linearBackward(
    dInput: number,
    dWeight: number,
    dBias: number,
    dOut: number,
    input: number,
    weight: number,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void;
  linearForward(
    out: number,
    input: number,
    weight: number,
    bias: number,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void;
  placeInt8(
    records: number,
    recordBytes: number,
    numbers: number,
    scales: number,
    nRows: number,
    nGroups: number,
    nUnits: number,
  ): void;
  multiply(out: number, a: number, b: number, n: number): void;
  reluBackward(dInput: number, dOut: number, input: number, n: number): void;
  reluForward(out: number, input: number, n: number): void;
  scratchBytes(): number;
  setScratch(address: number): void;
  sgdUpdate(
    weight: number,
    moment: number,
    gradient: number,
    kept: number,
    rate: number,
    momentum: number,
    gradientShare: number,
    momentShare: number,
    n: number,
  ): void;
  sgdUpdateRows(
    weight: number,
    moment: number,
    gradient: number,
    rows: number,
    rate: number,
    momentum: number,
    gradientShare: number,
    momentShare: number,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): number;
  scale(values: number, factor: number, n: number): void;
  scoreSums(
    scores: number,
    logits: number,
    hidden3: number,
    hidden2: number,
    hidden1: number,
    scale1: number,
    shift1: number,
    w2: number,
    b2: number,
    w3: number,
    b3: number,
    w4: number,
    b4: number,
    widths: number,
    votes: number,
    calibration: number,
    powers: number,
    nNetworks: number,
    nUnits: number,
    nLabels: number,
  ): void;
  softmaxCrossEntropyBackward(
    dLogits: number,
    probabilities: number,
    labels: number,
    labelWeights: number,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): void;
  softmaxCrossEntropyForward(
    probabilities: number,
    logits: number,
    labels: number,
    labelWeights: number,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): number;
  softTargetCrossEntropyBackward(
    dLogits: number,
    probabilities: number,
    targets: number,
    nRows: number,
    nLabels: number,
  ): void;
  softTargetCrossEntropyForward(
    probabilities: number,
    logits: number,
    targets: number,
    nRows: number,
    nLabels: number,
  ): number;
  sparseLinearBackward(
    dWeight: number,
    dOut: number,
    slotIndptr: number,
    slotRows: number,
    slotValues: number,
    beginSlot: number,
    endSlot: number,
    nRows: number,
    nOutputs: number,
  ): number;
  sparseLinearForward(
    out: number,
    indptr: number,
    columns: number,
    values: number,
    weight: number,
    bias: number,
    weightScale: number,
    nRows: number,
    nTerms: number,
    nOutputs: number,
  ): number;
  sumRows(out: number, input: number, nRows: number, nUnits: number): void;
}

/**
 * Compiles the module and returns a factory of kernels over it; each set of kernels has a memory of its own.
 *
 * @param moduleBytes assets/mlp.wasm, or its debug build
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly, or none with SIMD; of the factory
 * KERNEL_MEMORY when the runtime cannot give so much memory, or more than 4 GiB are asked for
 */
export function createWasmMlp(moduleBytes: Uint8Array): MlpKernelFactory {
  const module = compileModule(moduleBytes, "the network's", "SIMD");
  return (capacityBytes) => new WasmMlp(module, allocateMemory(capacityBytes, 1, false), 0, 1, capacityBytes);
}

/**
 * A memory that several threads work on, with the program that they run. Holds nothing that structured cloning refuses, so
 * it can be posted to worker threads.
 */
export interface SharedMlpMemory {
  readonly module: object;
  readonly memory: object;
  readonly nThreads: number;
  readonly capacityBytes: number;
}

/**
 * Makes memory for kernels in `nThreads` threads.
 *
 * @param moduleBytes assets/mlp-shared.wasm, or its debug build
 * @throws {KernelError} as {@link createWasmMlp} and its factory; the runtime must also have shared memory
 */
export function shareMlpMemory(moduleBytes: Uint8Array, capacityBytes: number, nThreads: number): SharedMlpMemory {
  const module = compileModule(moduleBytes, "the network's", "SIMD and shared memory");
  return { module, memory: allocateMemory(capacityBytes, nThreads, true), nThreads, capacityBytes };
}

/**
 * Returns kernels for one thread (0 … nThreads - 1). Those of all threads hand out the same addresses in the same order,
 * so threads that run the same plan of memory see the same buffers.
 */
export function attachMlp(shared: SharedMlpMemory, thread: number): MlpKernels {
  const { module, memory, nThreads, capacityBytes } = shared;
  return new WasmMlp(module as WebAssembly.Module, memory as WebAssembly.Memory, thread, nThreads, capacityBytes);
}

/** The first page is for the compiler's own data, then comes each thread's scratch space, then the arena. */
function allocateMemory(capacityBytes: number, nThreads: number, shared: boolean): WebAssembly.Memory {
  const nPages = Math.ceil((PAGE_BYTES + nThreads * MAX_SCRATCH_BYTES + capacityBytes) / PAGE_BYTES);
  const remedy = "lower vectorizer.maxFeatures or network.hiddenUnits";
  const problem = `the network needs ${Math.ceil((nPages * PAGE_BYTES) / 2 ** 20)} MiB`;
  if (nPages > MAX_PAGES) throw new KernelError("KERNEL_MEMORY", `${problem}, more than 4096 MiB; ${remedy}`);
  try {
    return new WebAssembly.Memory({ initial: nPages, maximum: nPages, shared });
  } catch (cause) {
    throw new KernelError("KERNEL_MEMORY", `${problem}, which the runtime cannot give; ${remedy}`, { cause });
  }
}

/** The largest random word that drops its unit: the last one below rate 2^32. */
function lastDropped(rate: number): number {
  return Math.ceil(rate * 2 ** 32) - 1;
}

/** Packed rows in the memory. */
interface AdoptedFloat16 extends PackedBuffer {
  readonly type: "float16";
  readonly address: number;
}

/** Records of a row's scales and then its numbers, so that a term is one or two lines of the cache. */
interface AdoptedInt8 extends PackedBuffer {
  readonly type: "int8";
  readonly address: number;
  readonly recordBytes: number;
  readonly widths: Uint32Array;
}

class WasmMlp implements MlpKernels {
  readonly name = "wasm";
  readonly #exports: MlpExports;
  readonly #buffer: ArrayBufferLike;
  /** Address of the next buffer. */
  #next: number;
  readonly #end: number;
  /** What is known of the packed rows that were adopted. */
  readonly #packed = new WeakMap<PackedBuffer, AdoptedFloat16 | AdoptedInt8>();

  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    thread: number,
    nThreads: number,
    capacityBytes: number,
  ) {
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as MlpExports;
    if (this.#exports.arenaStart() > PAGE_BYTES) throw new Error("Bug: the module's own data take more than a page");
    if (this.#exports.scratchBytes() > MAX_SCRATCH_BYTES) throw new Error("Bug: scratch space takes too many bytes");
    this.#exports.setScratch(PAGE_BYTES + thread * MAX_SCRATCH_BYTES);
    this.#buffer = memory.buffer;
    this.#next = PAGE_BYTES + nThreads * MAX_SCRATCH_BYTES;
    this.#end = this.#next + capacityBytes;
  }

  allocate(n: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(n), n);
  }

  allocateIndices(n: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#take(n), n);
  }

  allocateDoubles(n: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(n, 8), n);
  }

  adopt(values: Float32Array): Float32Array {
    const buffer = this.allocate(values.length);
    buffer.set(values);
    return buffer;
  }

  adoptPacked(rows: PackedRows): PackedBuffer {
    const buffer = rows.type === "float16" ? this.#adoptFloat16(rows) : this.#adoptInt8(rows);
    this.#packed.set(buffer, buffer);
    return buffer;
  }

  #adoptFloat16({ bits, nColumns }: Float16Rows): AdoptedFloat16 {
    const address = this.#take(bits.length, Uint16Array.BYTES_PER_ELEMENT);
    const own: Float16Rows = { type: "float16", nColumns, bits: new Uint16Array(this.#buffer, address, bits.length) };
    own.bits.set(bits);
    const nRows = countRows(own);
    return { type: "float16", address, nRows, nColumns, unpackRow: (row, out) => unpackRow(own, row, out) };
  }

  #adoptInt8(rows: Int8Rows): AdoptedInt8 {
    const { nColumns, widths, values, scales } = rows;
    const nGroups = widths.length;
    const nRows = countRows(rows);
    const bytes = recordBytes(rows);
    const address = this.#take(nRows, bytes);
    // The rest lies behind the records, for those of the last one are read in eights.
    const someNumbers = new Int8Array(this.#buffer, this.#take(INT8_ROWS_AT_ONCE * nColumns, 1));
    const someScales = this.allocate(INT8_ROWS_AT_ONCE * nGroups);
    for (let row = 0; row < nRows; row += INT8_ROWS_AT_ONCE) {
      const end = Math.min(row + INT8_ROWS_AT_ONCE, nRows);
      someNumbers.set(values.subarray(row * nColumns, end * nColumns));
      someScales.set(scales.subarray(row * nGroups, end * nGroups));
      const [numbersAt, scalesAt] = [someNumbers.byteOffset, someScales.byteOffset];
      this.#exports.placeInt8(address + row * bytes, bytes, numbersAt, scalesAt, end - row, nGroups, nColumns);
    }
    const ownWidths = this.allocateIndices(nGroups);
    ownWidths.set(widths);
    const floats = new Float32Array(this.#buffer, address, (nRows * bytes) / Float32Array.BYTES_PER_ELEMENT);
    const numbers = new Int8Array(this.#buffer, address, nRows * bytes);
    const scaleBytes = nGroups * Float32Array.BYTES_PER_ELEMENT;
    return {
      type: "int8",
      address,
      recordBytes: bytes,
      widths: ownWidths,
      nRows,
      nColumns,
      unpackRow: (row, out) => {
        const start = row * bytes;
        const first = start + scaleBytes;
        const own: Int8Rows = {
          type: "int8",
          nColumns,
          widths: ownWidths,
          values: numbers.subarray(first, first + nColumns),
          scales: floats.subarray(start / Float32Array.BYTES_PER_ELEMENT, first / Float32Array.BYTES_PER_ELEMENT),
        };
        unpackRow(own, 0, out);
      },
    };
  }

  #take(n: number, bytesPerElement = 4): number {
    const address = this.#next;
    this.#next += alignedBytes(n, bytesPerElement);
    if (this.#next > this.#end) throw new Error(`Bug: the memory plan is ${this.#next - this.#end} bytes short`);
    return address;
  }

  /** The address of a buffer of n elements or more. */
  #at(buffer: ArrayBufferView & { readonly length: number }, n: number): number {
    if (buffer.buffer !== this.#buffer) throw new Error("Bug: a buffer of other kernels");
    if (buffer.length < n) throw new Error(`Bug: a buffer must have ${n} elements; got ${buffer.length}`);
    return buffer.byteOffset;
  }

  dropInputs(
    indptr: Uint32Array,
    columns: Uint32Array,
    values: Float32Array,
    rate: number,
    seed: number,
    step: number,
    nRows: number,
  ): void {
    const indptrAt = this.#at(indptr, nRows + 1);
    const nnz = indptr[nRows];
    this.#exports.dropInputs(
      indptrAt,
      this.#at(columns, nnz),
      this.#at(values, nnz),
      lastDropped(rate),
      1 / (1 - rate),
      seed,
      step,
      nRows,
    );
  }

  groupByTerm(
    terms: Uint32Array,
    slotIndptr: Uint32Array,
    slotRows: Uint32Array,
    slotValues: Float32Array,
    slotOfTerm: Uint32Array,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: Float32Array,
    nRows: number,
    nTerms: number,
  ): number {
    const indptrAt = this.#at(indptr, nRows + 1);
    const nnz = indptr[nRows];
    const maxSlots = Math.min(nnz, nTerms);
    const nSlots = this.#exports.groupByTerm(
      this.#at(terms, maxSlots),
      this.#at(slotIndptr, maxSlots + 1),
      this.#at(slotRows, nnz),
      this.#at(slotValues, nnz),
      this.#at(slotOfTerm, nTerms),
      indptrAt,
      this.#at(columns, nnz),
      this.#at(values, nnz),
      nRows,
      nTerms,
    );
    checkStatus(nSlots, nTerms);
    return nSlots;
  }

  sparseLinearForward(
    out: Float32Array,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: Float32Array,
    weight: Float32Array,
    bias: Float32Array,
    weightScale: number,
    nRows: number,
    nTerms: number,
    nOutputs: number,
  ): void {
    const indptrAt = this.#at(indptr, nRows + 1);
    const nnz = indptr[nRows];
    const status = this.#exports.sparseLinearForward(
      this.#at(out, nRows * nOutputs),
      indptrAt,
      this.#at(columns, nnz),
      this.#at(values, nnz),
      this.#at(weight, nTerms * nOutputs),
      this.#at(bias, nOutputs),
      weightScale,
      nRows,
      nTerms,
      nOutputs,
    );
    checkStatus(status, nTerms);
  }

  sparseLinearBackward(
    dWeight: Float32Array,
    dOut: Float32Array,
    slotIndptr: Uint32Array,
    slotRows: Uint32Array,
    slotValues: Float32Array,
    beginSlot: number,
    endSlot: number,
    nRows: number,
    nOutputs: number,
  ): void {
    const slotIndptrAt = this.#at(slotIndptr, endSlot + 1);
    const nnz = slotIndptr[endSlot];
    const status = this.#exports.sparseLinearBackward(
      this.#at(dWeight, (endSlot - beginSlot) * nOutputs),
      this.#at(dOut, nRows * nOutputs),
      slotIndptrAt,
      this.#at(slotRows, nnz),
      this.#at(slotValues, nnz),
      beginSlot,
      endSlot,
      nRows,
      nOutputs,
    );
    checkStatus(status, nRows);
  }

  sumRows(out: Float32Array, input: Float32Array, nRows: number, nUnits: number): void {
    this.#exports.sumRows(this.#at(out, nUnits), this.#at(input, nRows * nUnits), nRows, nUnits);
  }

  linearForward(
    out: Float32Array,
    input: Float32Array,
    weight: Float32Array,
    bias: Float32Array,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void {
    this.#exports.linearForward(
      this.#at(out, nRows * nOutputs),
      this.#at(input, nRows * nInputs),
      this.#at(weight, nInputs * nOutputs),
      this.#at(bias, nOutputs),
      nRows,
      nInputs,
      nOutputs,
    );
  }

  linearBackward(
    dInput: Float32Array,
    dWeight: Float32Array,
    dBias: Float32Array,
    dOut: Float32Array,
    input: Float32Array,
    weight: Float32Array,
    nRows: number,
    nInputs: number,
    nOutputs: number,
  ): void {
    this.#exports.linearBackward(
      this.#at(dInput, nRows * nInputs),
      this.#at(dWeight, nInputs * nOutputs),
      this.#at(dBias, nOutputs),
      this.#at(dOut, nRows * nOutputs),
      this.#at(input, nRows * nInputs),
      this.#at(weight, nInputs * nOutputs),
      nRows,
      nInputs,
      nOutputs,
    );
  }

  batchNormForward(
    out: Float32Array,
    mean: Float32Array,
    scale: Float32Array,
    runningMean: Float32Array,
    runningVar: Float32Array,
    input: Float32Array,
    gamma: Float32Array,
    beta: Float32Array,
    nRows: number,
    nUnits: number,
  ): void {
    this.#exports.batchNormForward(
      this.#at(out, nRows * nUnits),
      this.#at(mean, nUnits),
      this.#at(scale, nUnits),
      this.#at(runningMean, nUnits),
      this.#at(runningVar, nUnits),
      this.#at(input, nRows * nUnits),
      this.#at(gamma, nUnits),
      this.#at(beta, nUnits),
      nRows,
      nUnits,
    );
  }

  batchNormBackward(
    dInput: Float32Array,
    dGamma: Float32Array,
    dBeta: Float32Array,
    dOut: Float32Array,
    input: Float32Array,
    mean: Float32Array,
    scale: Float32Array,
    gamma: Float32Array,
    nRows: number,
    nUnits: number,
  ): void {
    this.#exports.batchNormBackward(
      this.#at(dInput, nRows * nUnits),
      this.#at(dGamma, nUnits),
      this.#at(dBeta, nUnits),
      this.#at(dOut, nRows * nUnits),
      this.#at(input, nRows * nUnits),
      this.#at(mean, nUnits),
      this.#at(scale, nUnits),
      this.#at(gamma, nUnits),
      nRows,
      nUnits,
    );
  }

  reluForward(out: Float32Array, input: Float32Array, n: number): void {
    this.#exports.reluForward(this.#at(out, n), this.#at(input, n), n);
  }

  reluBackward(dInput: Float32Array, dOut: Float32Array, input: Float32Array, n: number): void {
    this.#exports.reluBackward(this.#at(dInput, n), this.#at(dOut, n), this.#at(input, n), n);
  }

  dropoutMask(
    mask: Float32Array,
    rate: number,
    seed: number,
    step: number,
    layer: number,
    nRows: number,
    nUnits: number,
  ): void {
    const maskAt = this.#at(mask, nRows * nUnits);
    this.#exports.dropoutMask(maskAt, lastDropped(rate), 1 / (1 - rate), seed, step, layer, nRows, nUnits);
  }

  dropoutForward(out: Float32Array, input: Float32Array, mask: Float32Array, n: number): void {
    this.#exports.multiply(this.#at(out, n), this.#at(input, n), this.#at(mask, n), n);
  }

  dropoutBackward(dInput: Float32Array, dOut: Float32Array, mask: Float32Array, n: number): void {
    this.#exports.multiply(this.#at(dInput, n), this.#at(dOut, n), this.#at(mask, n), n);
  }

  bindScoring(buffers: ScoringBuffers): (nnz: number) => void {
    const { widths, votes, calibration, powers, columns, values, scores } = buffers;
    const nNetworks = votes.length;
    const nUnits = buffers.b1.length;
    const nLabels = scores.length;
    const sumLayer = this.#bindFirstLayer(buffers);
    const sumOf = (sizes: Uint32Array, others?: Uint32Array): number =>
      sizes.reduce((sum, size, m) => sum + size * (others === undefined ? 1 : others[m]), 0);
    const [h1, h2, h3] = [0, 1, 2].map((layer) => widths.subarray(layer * nNetworks, (layer + 1) * nNetworks)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    const nLogits = nNetworks * nLabels;
    if (sumOf(h1) !== nUnits) throw new Error(`Bug: ${nUnits} units, of networks of ${h1}`);
    const scoresAt = this.#at(scores, nLabels);
    const logits = this.#at(buffers.logits, nLogits);
    const hidden3 = this.#at(buffers.hidden3, sumOf(h3));
    const hidden2 = this.#at(buffers.hidden2, sumOf(h2));
    const hidden1 = this.#at(buffers.hidden1, nUnits);
    const scale1 = this.#at(buffers.scale1, nUnits);
    const shift1 = this.#at(buffers.shift1, nUnits);
    const w2 = this.#at(buffers.w2, sumOf(h1, h2));
    const b2 = this.#at(buffers.b2, sumOf(h2));
    const w3 = this.#at(buffers.w3, sumOf(h2, h3));
    const b3 = this.#at(buffers.b3, sumOf(h3));
    const w4 = this.#at(buffers.w4, sumOf(h3) * nLabels);
    const b4 = this.#at(buffers.b4, nLogits);
    const widthsAt = this.#at(widths, 3 * nNetworks);
    const votesAt = this.#at(votes, nNetworks);
    const calibrationAt = this.#at(calibration, 2 + nLabels);
    const powersAt = this.#at(powers, nLabels + (nLabels % 2));
    const { scoreSums } = this.#exports;
    const longest = Math.min(columns.length, values.length);
    return (nnz) => {
      if (nnz > longest) throw new Error(`Bug: a row of ${nnz} terms in buffers of ${longest}`);
      sumLayer(nnz);
      scoreSums(
        scoresAt,
        logits,
        hidden3,
        hidden2,
        hidden1,
        scale1,
        shift1,
        w2,
        b2,
        w3,
        b3,
        w4,
        b4,
        widthsAt,
        votesAt,
        calibrationAt,
        powersAt,
        nNetworks,
        nUnits,
        nLabels,
      );
    };
  }

  /** The function that fills `hidden1` by the sums of the first layers. */
  #bindFirstLayer({ w1, b1, hidden1, columns, values }: ScoringBuffers): (nnz: number) => void {
    const { float32Sums, float16Sums, int8Sums } = this.#exports;
    const nUnits = b1.length;
    const [out, bias] = [this.#at(hidden1, nUnits), this.#at(b1, nUnits)];
    const [columnsAt, valuesAt] = [this.#at(columns, 0), this.#at(values, 0)];
    if (!("unpackRow" in w1)) {
      const nTerms = w1.length / nUnits;
      const weight = this.#at(w1, nTerms * nUnits);
      return (nnz) => checkStatus(float32Sums(out, columnsAt, valuesAt, nnz, weight, bias, nTerms, nUnits), nTerms);
    }
    const adopted = this.#packed.get(w1);
    if (adopted?.nColumns !== nUnits) throw new Error("Bug: packed rows of other kernels, or of another width");
    const { address, nRows } = adopted;
    if (adopted.type === "float16") {
      return (nnz) => checkStatus(float16Sums(out, columnsAt, valuesAt, nnz, address, bias, nRows, nUnits), nRows);
    }
    const nGroups = adopted.widths.length;
    const widths = this.#at(adopted.widths, nGroups);
    const bytes = adopted.recordBytes;
    return (nnz) =>
      checkStatus(int8Sums(out, columnsAt, valuesAt, nnz, address, bytes, widths, nGroups, bias, nRows, nUnits), nRows);
  }

  softmaxCrossEntropyForward(
    probabilities: Float32Array,
    logits: Float32Array,
    labels: Uint32Array,
    labelWeights: Float32Array,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): number {
    checkLabels(labels, nRows, nLabels);
    return this.#exports.softmaxCrossEntropyForward(
      this.#at(probabilities, nRows * nLabels),
      this.#at(logits, nRows * nLabels),
      this.#at(labels, nRows),
      this.#at(labelWeights, nLabels),
      labelSmoothing,
      nRows,
      nLabels,
    );
  }

  softmaxCrossEntropyBackward(
    dLogits: Float32Array,
    probabilities: Float32Array,
    labels: Uint32Array,
    labelWeights: Float32Array,
    labelSmoothing: number,
    nRows: number,
    nLabels: number,
  ): void {
    checkLabels(labels, nRows, nLabels);
    this.#exports.softmaxCrossEntropyBackward(
      this.#at(dLogits, nRows * nLabels),
      this.#at(probabilities, nRows * nLabels),
      this.#at(labels, nRows),
      this.#at(labelWeights, nLabels),
      labelSmoothing,
      nRows,
      nLabels,
    );
  }

  softTargetCrossEntropyForward(
    probabilities: Float32Array,
    logits: Float32Array,
    targets: Float32Array,
    nRows: number,
    nLabels: number,
  ): number {
    const n = nRows * nLabels;
    return this.#exports.softTargetCrossEntropyForward(
      this.#at(probabilities, n),
      this.#at(logits, n),
      this.#at(targets, n),
      nRows,
      nLabels,
    );
  }

  softTargetCrossEntropyBackward(
    dLogits: Float32Array,
    probabilities: Float32Array,
    targets: Float32Array,
    nRows: number,
    nLabels: number,
  ): void {
    const n = nRows * nLabels;
    this.#exports.softTargetCrossEntropyBackward(
      this.#at(dLogits, n),
      this.#at(probabilities, n),
      this.#at(targets, n),
      nRows,
      nLabels,
    );
  }

  fillUniform(values: Float32Array, halfWidth: number, seed: number, layer: number, n: number): void {
    this.#exports.fillUniform(this.#at(values, n), halfWidth, seed, layer, n);
  }

  findNonFinite(values: Float32Array, n: number): number {
    return this.#exports.findNonFinite(this.#at(values, n), n) >>> 0;
  }

  scale(values: Float32Array, factor: number, n: number): void {
    this.#exports.scale(this.#at(values, n), factor, n);
  }

  adamUpdate(
    weight: Float32Array,
    moment1: Float32Array,
    moment2: Float32Array,
    gradient: Float32Array,
    rate: number,
    decay: number,
    l2: number,
    correction1: number,
    correction2: number,
    epsilon: number,
    n: number,
  ): void {
    this.#exports.adamUpdate(
      this.#at(weight, n),
      this.#at(moment1, n),
      this.#at(moment2, n),
      this.#at(gradient, n),
      1 - decay,
      l2,
      rate / correction1,
      1 / Math.sqrt(correction2),
      epsilon,
      n,
    );
  }

  adamUpdateRows(
    weight: Float32Array,
    moment1: Float32Array,
    moment2: Float32Array,
    gradient: Float32Array,
    rows: Uint32Array,
    rate: number,
    l2: number,
    correction1: number,
    correction2: number,
    epsilon: number,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): void {
    const status = this.#exports.adamUpdateRows(
      this.#at(weight, nTerms * nUnits),
      this.#at(moment1, nTerms * nUnits),
      this.#at(moment2, nTerms * nUnits),
      this.#at(gradient, (endSlot - beginSlot) * nUnits),
      this.#at(rows, endSlot),
      l2,
      rate / correction1,
      1 / Math.sqrt(correction2),
      epsilon,
      beginSlot,
      endSlot,
      nTerms,
      nUnits,
    );
    checkStatus(status, nTerms);
  }

  sgdUpdate(
    weight: Float32Array,
    moment: Float32Array,
    gradient: Float32Array,
    rate: number,
    decay: number,
    momentum: number,
    isNesterov: boolean,
    n: number,
  ): void {
    this.#exports.sgdUpdate(
      this.#at(weight, n),
      this.#at(moment, n),
      this.#at(gradient, n),
      1 - decay,
      rate,
      momentum,
      isNesterov ? 1 : 0,
      isNesterov ? momentum : 1,
      n,
    );
  }

  sgdUpdateRows(
    weight: Float32Array,
    moment: Float32Array,
    gradient: Float32Array,
    rows: Uint32Array,
    rate: number,
    momentum: number,
    isNesterov: boolean,
    beginSlot: number,
    endSlot: number,
    nTerms: number,
    nUnits: number,
  ): void {
    const status = this.#exports.sgdUpdateRows(
      this.#at(weight, nTerms * nUnits),
      this.#at(moment, nTerms * nUnits),
      this.#at(gradient, (endSlot - beginSlot) * nUnits),
      this.#at(rows, endSlot),
      rate,
      momentum,
      isNesterov ? 1 : 0,
      isNesterov ? momentum : 1,
      beginSlot,
      endSlot,
      nTerms,
      nUnits,
    );
    checkStatus(status, nTerms);
  }

  descendDual(
    weights: Float64Array,
    bias: Float64Array,
    alpha: Float64Array,
    furthest: Float64Array,
    ratios: Float64Array,
    slackWithin: Float64Array,
    slackWithout: Float64Array,
    isActive: Uint32Array,
    documents: Uint32Array,
    labels: Uint32Array,
    sampleWeights: Float64Array,
    indptr: Uint32Array,
    columns: Uint32Array,
    values: Float32Array,
    firstLabel: number,
    nRows: number,
    nDocuments: number,
    nTerms: number,
    nSeparators: number,
  ): void {
    if (nSeparators % 2 !== 0 || nSeparators > MAX_SEPARATORS) {
      throw new Error(`Bug: separators must be even and at most ${MAX_SEPARATORS}; got ${nSeparators}`);
    }
    const indptrAt = this.#at(indptr, nRows + 1);
    const nnz = indptr[nRows];
    const status = this.#exports.descendDual(
      this.#at(weights, nTerms * nSeparators),
      this.#at(bias, nSeparators),
      this.#at(alpha, nDocuments * nSeparators),
      this.#at(furthest, nSeparators),
      this.#at(ratios, nTerms * nSeparators),
      this.#at(slackWithin, nSeparators),
      this.#at(slackWithout, nSeparators),
      this.#at(isActive, nSeparators),
      this.#at(documents, nRows),
      this.#at(labels, nRows),
      this.#at(sampleWeights, nRows),
      indptrAt,
      this.#at(columns, nnz),
      this.#at(values, nnz),
      firstLabel,
      nRows,
      nDocuments,
      nTerms,
      nSeparators / 2,
    );
    checkStatus(status, Math.max(nTerms, nDocuments));
  }
}

/** Status codes are those of assembly/nn/status.ts: negative for an index outside its array. */
function checkStatus(status: number, limit: number): void {
  if (status < 0) throw new Error(`Bug: an index must be below ${limit}`);
}

function checkLabels(labels: Uint32Array, nRows: number, nLabels: number): void {
  for (let b = 0; b < nRows; b++) {
    if (labels[b] >= nLabels) throw new Error(`Bug: an index must be below ${nLabels}; got ${labels[b]} at ${b}`);
  }
}
