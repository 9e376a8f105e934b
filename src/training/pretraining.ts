import type { RowSource } from "../features/csr-matrix.js";
import type { Pretraining } from "../nn/train-mlp.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";

/** The pre-training that the settings ask for, if any. */
export function pretrainingOf(
  { pretrain, pretrainEpochs }: ResolvedTrainingSettings,
  unlabeled: RowSource | null,
): Pretraining | undefined {
  return pretrain === "none" ? undefined : { nEpochs: pretrainEpochs, unlabeled };
}
