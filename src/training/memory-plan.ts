import { OptionError } from "../errors.js";
import type { TermLog } from "../features/term-log.js";
import { separatorsFor } from "../nn/linear-member.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { planStudent } from "./student-plan.js";

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
/** Pre-training has a decoder beside them. */
const ARRAYS_OF_PRETRAINING = 1;

/** What fitting a vocabulary takes for each distinct term, beside the table of the terms. */
const BYTES_PER_TERM = 24;

/** What an article takes that lies in a file: its place, line, label and share, and orders to go through. */
const BYTES_PER_ARTICLE = 60;

/** What the linear member takes for an article and each separator that it fits side by side. */
const BYTES_PER_SEPARATOR = 8;

/** What is known of the articles. */
export interface AnalyzedTerms extends Pick<TermLog, "nTerms" | "nTermBytes" | "nDocuments"> {}

/** What a run may take of its limit. */
export interface MemoryPlan {
  /** Networks that are trained side by side. */
  readonly nLanes: number;
  /** Bytes left for the matrix. */
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
 * Checks that the distinct terms so far can be held, and a vocabulary be chosen of them.
 * @throws {OptionError} when they cannot
 */
export function checkTermMemory(maxBytes: number, log: AnalyzedTerms): void {
  const leastBytes = BASE_BYTES + corpusBytes(log);
  if (maxBytes >= leastBytes) return;
  const { nTerms, nDocuments } = log;
  refuse(
    leastBytes,
    maxBytes,
    `for the ${nTerms} terms of ${nDocuments} articles, or fewer n-grams (see charNgramRange)`,
  );
}

/** Terms and articles outside of files. The terms count to the end: when they are collected is the engine's affair. */
function corpusBytes({ nTerms, nTermBytes, nDocuments }: AnalyzedTerms): number {
  return nTermBytes + BYTES_PER_TERM * nTerms + BYTES_PER_ARTICLE * nDocuments;
}

/**
 * Divides a limit when the vocabulary is known: first the networks, one at least, then the matrix.
 *
 * @param nTerms of the vocabulary
 * @param nThreads that could train networks side by side
 * @throws {OptionError} when the limit is below what the networks take
 */
export function planMemory(
  maxBytes: number,
  settings: ResolvedTrainingSettings,
  nTerms: number,
  log: AnalyzedTerms,
  nLabels: number,
  nThreads: number,
): MemoryPlan {
  const { network, ensemble, linear, distill, pretrain } = settings;
  const layerBytes = 4 * nTerms * network.hiddenUnits[0];
  const linearBytes = linear ? 4 * nTerms * nLabels : 0;
  const nArrays = ARRAYS_OF_NETWORK + (pretrain === "none" ? 0 : ARRAYS_OF_PRETRAINING);
  const laneBytes = nArrays * layerBytes + THREAD_BYTES;
  // The finished members, and a checkpoint twice: as it is taken, and as it is written.
  const keptBytes = ensemble * layerBytes + linearBytes + 2 * ARRAYS_OF_NETWORK * layerBytes;
  // Those that another network learns from once more side by side, and again as the kernels hold them. A linear member that gets
  // units of its own is not among them.
  const taughtBytes = planStudent(settings, nLabels).hasLinear ? 0 : linearBytes;
  const teacherBytes = distill ? 2 * (ensemble * layerBytes + taughtBytes) : 0;
  const separatorBytes = linear ? BYTES_PER_SEPARATOR * separatorsFor(nLabels) * log.nDocuments : 0;
  const leastBytes = BASE_BYTES + corpusBytes(log) + keptBytes + teacherBytes + separatorBytes + laneBytes;
  if (maxBytes < leastBytes) {
    const what = `${log.nDocuments} articles and networks of ${nTerms} terms`;
    refuse(leastBytes, maxBytes, `for ${what} (see maxFeatures, hiddenUnits)`);
  }
  const nLanes = Math.min(nThreads, ensemble, 1 + Math.floor((maxBytes - leastBytes) / laneBytes));
  return { nLanes, matrixBytes: maxBytes - leastBytes - (nLanes - 1) * laneBytes };
}
