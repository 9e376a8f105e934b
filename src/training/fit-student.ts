import type { TrainMlpInput } from "../nn/train-mlp.js";
import type { TrainingState } from "../nn/training-state.js";
import type { JoinedNetworks } from "../nn/weights.js";
import type { Resolved } from "../options/resolve-options.js";
import type { OptimizerOptions } from "../options/train-options.js";
import { type EnsembleCallbacks, type FinishedMember, memberSeed } from "./fit-ensemble.js";
import { fitNetwork } from "./fit-network.js";

/** Passes of the student for each of a network that learns labels: what it learns differs in each (docs/accuracy.md). */
const STUDENT_PASSES = 4;

/**
 * How a student's weights are found. A small corpus, over which `minSteps` lets networks pass often, is passed over as often as
 * by them.
 */
export function studentOptimizer(optimizer: Resolved<OptimizerOptions>): Resolved<OptimizerOptions> {
  return { ...optimizer, epochs: STUDENT_PASSES * optimizer.epochs };
}

/**
 * Trains a network on the answers of finished ones, which it is to stand for; see {@link Teacher}. Its seed is that of the member
 * after them.
 *
 * Its progress is that of a stage "distill". Null when `signal` ended it before its time: those that are done say more than a
 * student cut short.
 *
 * @param input what they were trained with, but for the hidden units
 * @param teacher they, and the linear member, where there is one that is not to stand beside it
 * @param finished they, for checkpoints
 * @param resume where to go on
 */
export async function fitStudent(
  input: TrainMlpInput,
  teacher: JoinedNetworks,
  finished: readonly FinishedMember[],
  resume: TrainingState | undefined,
  { onEpoch, onRollback, onProgress, checkpoints, signal }: EnsembleCallbacks,
): Promise<FinishedMember | null> {
  const member = finished.length;
  const outcome = await fitNetwork(
    {
      ...input,
      optimizer: studentOptimizer(input.optimizer),
      isBootstrapped: false,
      pretraining: undefined,
      threads: undefined,
      seed: memberSeed(input.seed, member),
      teacher,
      resume,
    },
    {
      onEpoch: (record) => onEpoch?.(record, member),
      onRollback,
      onProgress: (progress) =>
        onProgress?.({ ...progress, stage: "distill", member: 0, nMembers: 1, nStepsDone: progress.step }),
      checkpoints: checkpoints && {
        isDue: (moment) => checkpoints.isDue(moment),
        save: (state) => checkpoints.save(state, finished),
      },
      signal,
    },
  );
  return outcome.ending === "stopped" ? null : outcome;
}
