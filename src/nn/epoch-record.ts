/** Figures of one epoch; those of the validation share are null without one. */
export interface EpochRecord {
  /** 1-based. */
  readonly epoch: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Mean over the epoch's documents of the loss that is trained on: with dropout, smoothing and label weights. */
  readonly trainLoss: number;
  /** Mean negative log likelihood, without smoothing or label weights. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  readonly validationMacroF1: number | null;
}
