import type { EpochRecord } from "./epoch-record.js";
import type { OptimizerState, TrainableArrays } from "./training-network.js";
import type { MlpWeights } from "./weights.js";

/** A return to earlier weights after a loss that was not finite. */
export interface Rollback {
  /** Where it was noticed; 1-based. */
  readonly epoch: number;
  readonly step: number;
  /** The epoch whose weights were taken again; 0 for those of the start. */
  readonly toEpoch: number;
  /** Factor of the learning rate from then on. */
  readonly learningRateFactor: number;
}

/** Where a run stands between two steps: with the input, all that its future depends on but the arrays. */
export interface TrainingProgressState {
  /** The epoch at hand, 1-based, and how many of its batches are done. */
  readonly epoch: number;
  readonly nBatchesDone: number;
  /** Of the last step of the epoch. */
  readonly learningRate: number;
  /** Sum over the epoch's documents of the loss of their batch. */
  readonly lossSum: number;
  readonly optimizer: OptimizerState;
  readonly history: readonly EpochRecord[];
  readonly selectedEpoch: EpochRecord | null;
  readonly rollbacks: readonly Rollback[];
}

/** Where a run stands. The arrays are the run's own and change with its next step: copy or write them before. */
export interface TrainingState extends TrainingProgressState {
  readonly parameters: MlpWeights;
  readonly moment1: TrainableArrays<Float32Array>;
  readonly moment2: TrainableArrays<Float32Array>;
  /** Weights of the selected epoch, or of the start. */
  readonly best: MlpWeights;
}
