import type { TrainCommand, TrainEvent, TrainOutcome } from "../nn/train-mlp.js";
import { type EpochRecord, type TrainMlpInput, trainMlp } from "../nn/train-mlp.js";
import { type TrainProgress, yieldToEventLoop } from "./progress.js";

/** What a caller hears of a run, and how it ends one. */
export interface RunCallbacks {
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains one network to its end, passing on what happens and stopping when asked to.
 * @throws what {@link trainMlp} throws
 */
export async function fitNetwork(input: TrainMlpInput, callbacks: RunCallbacks): Promise<TrainOutcome> {
  return drive(trainMlp(input), callbacks);
}

async function drive(
  run: Generator<TrainEvent, TrainOutcome, TrainCommand>,
  { onEpoch, onProgress, signal }: RunCallbacks,
): Promise<TrainOutcome> {
  let validationMacroF1: number | null = null;
  let nDocumentsBefore = 0;
  let nDocumentsInEpoch = 0;
  for (;;) {
    const { done, value } = run.next(signal?.aborted ? "stop" : undefined);
    if (done) return value;
    if (value.kind === "epoch") {
      validationMacroF1 = value.record.validationMacroF1;
      nDocumentsBefore += nDocumentsInEpoch;
      onEpoch?.(value.record);
    } else {
      const { epoch, nEpochs, step, nSteps, trainLoss } = value;
      nDocumentsInEpoch = value.nDocuments;
      const nDocuments = nDocumentsBefore + nDocumentsInEpoch;
      onProgress?.({ stage: "train", epoch, nEpochs, step, nSteps, loss: trainLoss, nDocuments, validationMacroF1 });
    }
    await yieldToEventLoop();
  }
}
