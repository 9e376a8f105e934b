import { cosineOfPi } from "../kernels/math.js";
import type { OptimizerOptions } from "../options/train-options.js";

/** The options that decide the learning rate. */
export type LearningRateOptions = Required<Pick<OptimizerOptions, "learningRate" | "schedule" | "warmupFraction">>;

/**
 * Returns the learning rate of a step (1 … nSteps).
 *
 * Over the first round(warmupFraction · nSteps) steps it rises in equal parts to `learningRate`. Then, with p the share
 * of the other steps that lie behind (0 at the first of them, below 1 at the last, so that no step has a rate of 0):
 * cosine ½ (1 + cos π p), linear 1 - p, constant 1.
 * @see Loshchilov and Hutter 2017 (SGDR), equation 5, without restarts
 */
export function learningRateAt(step: number, nSteps: number, options: LearningRateOptions): number {
  const { learningRate, schedule, warmupFraction } = options;
  const nWarmupSteps = Math.round(warmupFraction * nSteps);
  if (step <= nWarmupSteps) return (learningRate * step) / nWarmupSteps;
  const progress = (step - 1 - nWarmupSteps) / (nSteps - nWarmupSteps);
  switch (schedule) {
    case "cosine":
      return learningRate * 0.5 * (1 + cosineOfPi(progress));
    case "linear":
      return learningRate * (1 - progress);
    case "constant":
      return learningRate;
  }
}
