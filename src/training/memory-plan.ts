import { OptionError } from "../errors.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";

const MEGABYTE = 1e6;

/**
 * What a process takes before it knows an article: the runtime, dictionary, kernels, the garbage between two collections, and
 * what it shows at the end (2026-11-24, Node 20.20).
 */
const BASE_BYTES = 230 * MEGABYTE;

/** A thread that trains a network, beside the network. */
const THREAD_BYTES = 40 * MEGABYTE;

/** Arrays of the first layer's size that a network in training has: weights, two moments and the best weights. */
const ARRAYS_OF_NETWORK = 4;

/** What a run may take of its limit. */
export interface MemoryPlan {
  /** Networks that are trained side by side. */
  readonly nLanes: number;
  /** Bytes left for the matrices. */
  readonly matrixBytes: number;
}

function refuse(leastBytes: number, maxBytes: number, why: string): never {
  const least = Math.ceil(leastBytes / MEGABYTE);
  throw new OptionError("maxMemory", `at least ${least}MB ${why}`, `${Math.floor(maxBytes / MEGABYTE)}MB`);
}

/**
 * Checks that a run can begin at all.
 * @throws {OptionError} when the limit is below what any run takes
 */
export function checkLeastMemory(maxBytes: number): void {
  if (maxBytes < BASE_BYTES) refuse(BASE_BYTES, maxBytes, "for a run without articles");
}

/**
 * Divides a limit when the vocabulary is known: first the networks, one at least, then the matrices.
 *
 * @param nThreads that could train networks side by side
 * @throws {OptionError} when the limit is below what the networks take
 */
export function planMemory(
  maxBytes: number,
  { network, ensemble, linear }: ResolvedTrainingSettings,
  nTerms: number,
  nThreads: number,
): MemoryPlan {
  const layerBytes = 4 * nTerms * network.hiddenUnits[0];
  const laneBytes = ARRAYS_OF_NETWORK * layerBytes + THREAD_BYTES;
  // The finished members, and a checkpoint twice: as it is taken, and as it is written.
  const keptBytes = (ensemble + (linear ? 1 : 0)) * layerBytes + 2 * ARRAYS_OF_NETWORK * layerBytes;
  const leastBytes = BASE_BYTES + keptBytes + laneBytes;
  if (maxBytes < leastBytes) {
    refuse(leastBytes, maxBytes, `for networks of ${nTerms} terms (see maxFeatures, hiddenUnits)`);
  }
  const nLanes = Math.min(nThreads, ensemble, 1 + Math.floor((maxBytes - leastBytes) / laneBytes));
  return { nLanes, matrixBytes: maxBytes - leastBytes - (nLanes - 1) * laneBytes };
}
