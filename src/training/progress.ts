import type { PretrainProgress } from "../nn/pretrain.js";

/** What training is doing, for a progress display. */
export type TrainProgress =
  | {
      readonly stage: "analyze";
      /** Articles analysed. */
      readonly nDone: number;
      /** Null while the articles are still being read. */
      readonly nTotal: number | null;
    }
  | NetworkPretraining
  | NetworkProgress
  | PseudoLabelProgress;

/** Where the pre-training of a network stands; see `NetworkProgress`. */
export interface NetworkPretraining extends PretrainProgress {
  readonly stage: "pretrain";
  readonly member: number;
  readonly nMembers: number;
}

/** Where the training of a network stands. */
export interface NetworkProgress {
  /** "distill": of the network that learns from the others, by itself. */
  readonly stage: "train" | "distill";
  /**
   * 0-based number of the network that is told of, and how many there will be. Of networks trained side by side it is the
   * first that is not done.
   */
  readonly member: number;
  readonly nMembers: number;
  /** 1-based. */
  readonly epoch: number;
  readonly nEpochs: number;
  /** Optimizer steps of this network done and in all, should no epoch be left out. */
  readonly step: number;
  readonly nSteps: number;
  /** Steps done of all networks, of `nMembers` · `nSteps`; those of one that ended early count as done. */
  readonly nStepsDone: number;
  /** Mean training loss of the epoch so far, in nats. */
  readonly loss: number;
  /** Documents gone through by all networks. */
  readonly nDocuments: number;
  /** Of the last finished epoch; null before that or without a validation share. */
  readonly validationMacroF1: number | null;
}

/** Where the linear member stands that learns its own labels; told of when the networks are done, for it is trained beside them. */
export interface PseudoLabelProgress {
  readonly stage: "pseudo-label";
  /** 1-based; the last one is also that of the member that learns once more from the articles kept back. */
  readonly round: number;
  readonly nRounds: number;
  /** Documents gone through in all passes of all fits so far; how many these will be is not known. */
  readonly nDocuments: number;
}

/** Lets timers, signals and I/O of the program run. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    // Timers wait a millisecond at least, and a run comes here a thousand times; browsers have nothing else.
    if ("setImmediate" in globalThis) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
