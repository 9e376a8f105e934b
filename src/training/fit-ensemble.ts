import type { CheckpointState, FinishedMember } from "../model-file/checkpoint.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import type { TrainMlpInput } from "../nn/train-mlp.js";
import type { Rollback, TrainingState } from "../nn/training-state.js";
import type { MlpWeights } from "../nn/weights.js";
import { fitNetwork, type RunCallbacks, type StateStore } from "./fit-network.js";
import type { NetworkProgress } from "./progress.js";

export type { FinishedMember } from "../model-file/checkpoint.js";

/** What a caller hears of a run, and how it ends one. */
export interface EnsembleCallbacks extends Pick<RunCallbacks, "onRollback" | "signal"> {
  /** `member` is the 0-based number of the network. */
  readonly onEpoch?: ((record: EpochRecord, member: number) => void) | undefined;
  readonly onProgress?: ((progress: NetworkProgress) => void) | undefined;
  readonly checkpoints?: EnsembleStateStore | undefined;
}

/** Where states of a run go, to resume it from. */
export interface EnsembleStateStore extends Pick<StateStore, "isDue"> {
  /** `finished` are the networks before the one whose state it is. */
  save(state: TrainingState, finished: readonly FinishedMember[]): Promise<void>;
}

/** The networks of a model, and how their training went. */
export interface EnsembleOutcome {
  readonly members: readonly [MlpWeights, ...MlpWeights[]];
  /** One for each member. */
  readonly selectedEpochs: readonly [EpochRecord, ...EpochRecord[]];
  /** Epochs of the first member. */
  readonly history: readonly EpochRecord[];
  /** Of all members, one after another. */
  readonly rollbacks: readonly Rollback[];
  /** Whether `signal` ended the run before its time. */
  readonly isInterrupted: boolean;
}

/** 2^32 divided by the golden ratio: seeds of members lie far apart, and those of one run seldom meet those of another. */
const SEED_STEP = 0x9e3779b9;

/** The seed of a member, a 32-bit word; that of the first is the run's own, so that it is the network of a run of one. */
export function memberSeed(seed: number, member: number): number {
  return (seed + Math.imul(member, SEED_STEP)) >>> 0;
}

/**
 * Trains networks that differ in nothing but their seed: first weights, order of the articles, dropout. The mean of their
 * probabilities errs less than each of them.
 *
 * When stopped, what is kept is the members that are done: a network cut short would weigh as much as they do. Only the
 * first, when there is nothing else, is kept as it is.
 *
 * @param resume where to go on: finished members, and the state of the next one
 * @see Lakshminarayanan, Pritzel and Blundell 2017, "Simple and Scalable Predictive Uncertainty Estimation Using Deep Ensembles"
 */
export async function fitEnsemble(
  input: TrainMlpInput,
  nMembers: number,
  resume: CheckpointState | undefined,
  { onEpoch, onRollback, onProgress, checkpoints, signal }: EnsembleCallbacks,
): Promise<EnsembleOutcome> {
  const finished: FinishedMember[] = [...(resume?.finished ?? [])];
  let nDocumentsBefore = 0;
  let isInterrupted = false;
  for (let member = finished.length; member < nMembers && !isInterrupted; member++) {
    let nDocumentsOfMember = 0;
    const outcome = await fitNetwork(
      {
        ...input,
        seed: memberSeed(input.seed, member),
        resume: member === resume?.finished.length ? resume.state : undefined,
      },
      {
        onEpoch: (record) => onEpoch?.(record, member),
        onProgress: (progress) => {
          nDocumentsOfMember = progress.nDocuments;
          onProgress?.({ ...progress, member, nMembers, nDocuments: nDocumentsBefore + nDocumentsOfMember });
        },
        onRollback,
        checkpoints: checkpoints && {
          isDue: (moment) => checkpoints.isDue(moment),
          save: (state) => checkpoints.save(state, finished),
        },
        signal,
      },
    );
    nDocumentsBefore += nDocumentsOfMember;
    isInterrupted = outcome.ending === "stopped";
    if (!isInterrupted || member === 0) finished.push(outcome);
  }
  const [first, ...others] = finished as [FinishedMember, ...FinishedMember[]];
  return {
    members: [first.weights, ...others.map(({ weights }) => weights)],
    selectedEpochs: [first.selectedEpoch, ...others.map(({ selectedEpoch }) => selectedEpoch)],
    history: first.history,
    rollbacks: finished.flatMap(({ rollbacks }) => rollbacks),
    isInterrupted,
  };
}
