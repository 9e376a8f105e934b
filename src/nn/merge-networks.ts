/**
 * One network in the place of several.
 *
 * Legend: V terms, C labels. All matrices are row-major, [inputs, outputs].
 */

import { joinNetworks, layersOf, type MlpWeights, makeParameters, shapeOf } from "./weights.js";

function meanSquare(numbers: Float32Array): number {
  return numbers.reduce((sum, number) => sum + number * number, 0) / numbers.length;
}

/** The greatest power of two that brings numbers of mean square `from` to no more than `to`; 1 where either is 0. */
function powerOfTwo(from: number, to: number): number {
  if (!(from > 0 && to > 0)) return 1;
  let factor = 1;
  while (4 * factor * factor * from <= to) factor *= 2;
  while (factor * factor * from > to) factor /= 2;
  return factor;
}

/**
 * The same network with first weights of another size: what batch norm divides the sums by is changed with them. Exact for a
 * power of two.
 */
function scaleFirstLayer(network: MlpWeights, factor: number): MlpWeights {
  const times = (numbers: Float32Array): Float32Array => numbers.map((number) => factor * number);
  const { w1, b1, runningMean1, gamma1 } = network;
  return {
    ...network,
    w1: times(w1),
    b1: times(b1),
    runningMean1: times(runningMean1),
    gamma1: gamma1.map((scale) => scale / factor),
  };
}

function concat(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const array of arrays) {
    joined.set(array, place);
    place += array.length;
  }
  return joined;
}

/** Matrices of these widths along the diagonal of one, and zeros beside them. */
function blockDiagonal(blocks: readonly Float32Array[], widths: readonly number[]): Float32Array {
  const nColumns = widths.reduce((sum, width) => sum + width, 0);
  const nRows = blocks.reduce((sum, block, m) => sum + block.length / widths[m], 0);
  const joined = new Float32Array(nRows * nColumns);
  let place = 0;
  for (const [m, block] of blocks.entries()) {
    const width = widths[m];
    for (let i = 0; i < block.length; i += width, place += nColumns) joined.set(block.subarray(i, i + width), place);
    place += width;
  }
  return joined;
}

/**
 * Returns one network whose logits are the mean of those of several by their votes, but for rounding: their units side by side in
 * each hidden layer, with no weights between those of one and of another.
 *
 * The first weights of all come to a like size, for those of int8 share one scale in a row.
 *
 * @param votes how often each counts
 */
export function mergeNetworks(networks: readonly [MlpWeights, ...MlpWeights[]], votes: readonly number[]): MlpWeights {
  const nVotes = votes.reduce((sum, each) => sum + each, 0);
  const [first, ...others] = networks;
  const size = meanSquare(first.w1);
  const parts = [
    first,
    ...others.map((other) => scaleFirstLayer(other, powerOfTwo(meanSquare(other.w1), size))),
  ] as const;
  const { nTerms, nLabels } = shapeOf(first);
  const layers = parts.map((part) => layersOf(part).hiddenUnits);
  const unitsOf = (layer: 0 | 1 | 2): number => layers.reduce((sum, units) => sum + units[layer], 0);
  const shape = { nTerms, hiddenUnits: [unitsOf(0), unitsOf(1), unitsOf(2)] as const, nLabels };
  const { w1 } = joinNetworks(parts);
  return makeParameters(shape, (n, name) => {
    const arrays = parts.map((part) => part[name]);
    switch (name) {
      case "w1":
        return w1;
      case "w2":
        return blockDiagonal(
          arrays,
          layers.map(([, h2]) => h2),
        );
      case "w3":
        return blockDiagonal(
          arrays,
          layers.map(([, , h3]) => h3),
        );
      case "w4":
        return concat(arrays.map((weights, m) => weights.map((weight) => (votes[m] / nVotes) * weight)));
      case "b4":
        return Float32Array.from({ length: n }, (_, c) =>
          arrays.reduce((sum, bias, m) => sum + (votes[m] / nVotes) * bias[c], 0),
        );
      default:
        return concat(arrays);
    }
  });
}
