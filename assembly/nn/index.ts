/**
 * The network's kernels in WebAssembly: twins of src/kernels/reference-mlp.ts; formulas and shapes are in
 * src/kernels/mlp.ts. Flat functions over byte addresses and sizes; src/kernels/wasm-mlp.ts, their only caller, owns the
 * memory and has checked that every array is as long as the sizes say. What only the content can break, an index that
 * points outside its array, is checked here and comes back as a status.
 *
 * Products and sums are float32 unless said; no result depends on the engine, since each operation is exact in
 * IEEE 754 and every sum has a fixed order, the one of mlp.ts but where a function says otherwise.
 */

export { adamUpdate, adamUpdateRows, scale } from "./adam";
export { dropInputs, groupByTerm } from "./batch";
export { descendDual } from "./dual";
export { batchNormBackward, batchNormForward } from "./batch-norm";
export {
  dropoutMask,
  fillUniform,
  findNonFinite,
  multiply,
  reluBackward,
  reluForward,
} from "./elementwise";
export { linearBackward, linearForward, sparseLinearBackward, sparseLinearForward, sumRows } from "./linear";
export { float16Sums, int8Sums, placeInt8 } from "./packed";
export { float32Sums, scoreSums } from "./scoring";
export { scratchBytes, setScratch } from "./scratch";
export { sgdUpdate, sgdUpdateRows } from "./sgd";
export {
  softmaxCrossEntropyBackward,
  softmaxCrossEntropyForward,
  softTargetCrossEntropyBackward,
  softTargetCrossEntropyForward,
} from "./softmax";

/** First byte after what the compiler itself keeps in memory. */
export function arenaStart(): usize {
  return __heap_base;
}
