import type { CheckpointState, FinishedMember } from "../model-file/checkpoint.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import { shareMatrix, type TrainMlpInput, type TrainOutcome } from "../nn/train-mlp.js";
import type { TrainingState } from "../nn/training-state.js";
import { fitNetwork, type RunCallbacks, type StateStore } from "./fit-network.js";
import type { NetworkTask, NetworkThreads } from "./network-threads.js";
import type { NetworkPretraining, NetworkProgress } from "./progress.js";

export type { FinishedMember } from "../model-file/checkpoint.js";

type MemberProgress = Parameters<NonNullable<RunCallbacks["onProgress"]>>[0];

/** What a caller hears of a run, and how it ends one. */
export interface EnsembleCallbacks extends Pick<RunCallbacks, "onRollback" | "signal"> {
  /** `member` is the 0-based number of the network. */
  readonly onEpoch?: ((record: EpochRecord, member: number) => void) | undefined;
  readonly onProgress?: ((progress: NetworkProgress | NetworkPretraining) => void) | undefined;
  readonly checkpoints?: EnsembleStateStore | undefined;
}

/** Where states of a run go, to resume it from. */
export interface EnsembleStateStore extends Pick<StateStore, "isDue"> {
  /** `finished` are the networks before the one whose state it is. */
  save(state: TrainingState, finished: readonly FinishedMember[]): Promise<void>;
}

/** The networks of a model, and how their training went. */
export interface EnsembleOutcome {
  readonly finished: readonly [FinishedMember, ...FinishedMember[]];
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
 * logits errs less than each of them.
 *
 * With threads, networks are trained side by side, so the callbacks of one come between those of others; what becomes of
 * them is the same. Checkpoints are those of the first network that is not done: what others have done by then is done again
 * after a resume.
 *
 * When stopped, what is kept is the members that are done: a network cut short would weigh as much as they do. Only the
 * first, when there is nothing else, is kept as it is.
 *
 * @param input its `threads` share the work of each network, where they are not trained side by side
 * @param resume where to go on: finished members, and the state of the next one
 * @param threads train networks side by side; those of one call are trained one after another when left out
 * @param nLanes networks side by side, of those `threads`; fewer take less memory
 * @see Lakshminarayanan, Pritzel and Blundell 2017, "Simple and Scalable Predictive Uncertainty Estimation Using Deep Ensembles"
 */
export async function fitEnsemble(
  input: TrainMlpInput,
  nMembers: number,
  resume: CheckpointState | undefined,
  callbacks: EnsembleCallbacks,
  threads?: NetworkThreads,
  nLanes = threads?.nThreads ?? 1,
): Promise<EnsembleOutcome> {
  const run = new EnsembleRun(input, nMembers, resume, callbacks, threads);
  await run.trainAll(nLanes);
  return run.finish();
}

/** The input with matrices that threads share: made once for all networks. */
function shareInput(input: TrainMlpInput): TrainMlpInput {
  const { matrix, validation, pretraining } = input;
  const shared = {
    ...input,
    matrix: shareMatrix(matrix),
    validation: validation && { ...validation, matrix: shareMatrix(validation.matrix) },
  };
  if (pretraining === undefined || pretraining.unlabeled === null) return shared;
  return { ...shared, pretraining: { ...pretraining, unlabeled: shareMatrix(pretraining.unlabeled) } };
}

/** The networks in training, and how far each is. */
class EnsembleRun {
  readonly #input: TrainMlpInput;
  readonly #nMembers: number;
  readonly #resume: CheckpointState | undefined;
  readonly #callbacks: EnsembleCallbacks;
  readonly #threads: NetworkThreads | undefined;
  /** `[nMembers]` */
  readonly #outcomes: (FinishedMember | TrainOutcome | undefined)[];
  /** `[nMembers]` the last progress of each. */
  readonly #progress: (MemberProgress | undefined)[];
  /** The next one to begin. */
  #next: number;
  #isInterrupted = false;
  readonly #failure = new AbortController();

  constructor(
    input: TrainMlpInput,
    nMembers: number,
    resume: CheckpointState | undefined,
    callbacks: EnsembleCallbacks,
    threads: NetworkThreads | undefined,
  ) {
    const finished = resume?.finished ?? [];
    this.#nMembers = nMembers;
    this.#resume = resume;
    this.#callbacks = callbacks;
    this.#outcomes = [...finished];
    this.#progress = [];
    this.#next = finished.length;
    this.#threads = threads;
    this.#input = threads === undefined ? input : shareInput(input);
  }

  /** Trains as many at a time as there are lanes, in the order of their numbers. */
  async trainAll(nLanes: number): Promise<void> {
    const width = Math.min(this.#threads === undefined ? 1 : nLanes, this.#nMembers - this.#next);
    const lanes = await Promise.allSettled(Array.from({ length: width }, () => this.#trainSome()));
    for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  }

  async #trainSome(): Promise<void> {
    while (this.#next < this.#nMembers && !this.#isInterrupted && !this.#failure.signal.aborted) {
      const member = this.#next++;
      try {
        const outcome = await this.#train(member);
        this.#outcomes[member] = outcome;
        if (outcome.ending === "stopped") this.#isInterrupted = true;
      } catch (error) {
        // The others need not go on for a model that will not be.
        this.#failure.abort();
        throw error;
      }
    }
  }

  #train(member: number): Promise<TrainOutcome> {
    const { onEpoch, onRollback, onProgress, checkpoints, signal } = this.#callbacks;
    const { kernels, threads, ...given } = this.#input;
    const state = member === this.#resume?.finished.length ? this.#resume.state : undefined;
    const task: NetworkTask = { ...given, seed: memberSeed(given.seed, member), resume: state };
    const callbacks: RunCallbacks = {
      onPretrain: (progress) => {
        // Of networks side by side one stands for all.
        if (member === this.#firstOpen()) {
          onProgress?.({ stage: "pretrain", member, nMembers: this.#nMembers, ...progress });
        }
      },
      onEpoch: (record) => onEpoch?.(record, member),
      onProgress: (progress) => {
        this.#progress[member] = progress;
        onProgress?.(this.#wholeProgress(progress));
      },
      onRollback,
      checkpoints: checkpoints && {
        isDue: (moment) => member === this.#firstOpen() && checkpoints.isDue(moment),
        save: (state) => checkpoints.save(state, this.#outcomes.slice(0, member) as FinishedMember[]),
      },
      signal: AbortSignal.any([this.#failure.signal, ...(signal === undefined ? [] : [signal])]),
    };
    return this.#threads === undefined
      ? fitNetwork({ ...task, kernels, threads }, callbacks)
      : this.#threads.fitNetwork(task, callbacks);
  }

  /** The lowest number of a network that is not done. */
  #firstOpen(): number {
    let member = 0;
    while (this.#outcomes[member] !== undefined) member++;
    return member;
  }

  /** The first network that is not done stands for those in training. */
  #wholeProgress(reported: MemberProgress): NetworkProgress {
    const member = this.#firstOpen();
    const { nSteps } = reported;
    let nStepsDone = 0;
    let nDocuments = 0;
    for (let other = 0; other < this.#nMembers; other++) {
      const progress = this.#progress[other];
      nStepsDone += this.#outcomes[other] !== undefined ? nSteps : (progress?.step ?? 0);
      nDocuments += progress?.nDocuments ?? 0;
    }
    return { ...(this.#progress[member] ?? reported), member, nMembers: this.#nMembers, nStepsDone, nDocuments };
  }

  finish(): EnsembleOutcome {
    const ended = this.#outcomes.filter((outcome) => outcome !== undefined);
    const done = ended.filter((outcome) => !("ending" in outcome && outcome.ending === "stopped"));
    const finished = (done.length > 0 ? done : ended.slice(0, 1)) as [FinishedMember, ...FinishedMember[]];
    return { finished, isInterrupted: this.#isInterrupted };
  }
}
