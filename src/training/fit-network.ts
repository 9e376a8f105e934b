import type { EpochRecord } from "../nn/epoch-record.js";
import type { TrainingThreads } from "../nn/step-crew.js";
import {
  type TrainCommand,
  type TrainEvent,
  type TrainMlpInput,
  type TrainOutcome,
  trainMlp,
} from "../nn/train-mlp.js";
import type { Rollback } from "../nn/training-state.js";
import { type TrainProgress, yieldToEventLoop } from "./progress.js";

/** What a caller hears of a run, and how it ends one. */
export interface RunCallbacks {
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  readonly onRollback?: ((rollback: Rollback) => void) | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains one network to its end, passing on what happens and stopping when asked to.
 * @throws what {@link trainMlp} throws
 */
export async function fitNetwork(input: TrainMlpInput, callbacks: RunCallbacks): Promise<TrainOutcome> {
  const run = trainMlp(input);
  try {
    return await drive(run, input.threads ?? null, callbacks);
  } finally {
    // Where the caller's own functions throw, the run must still let its threads go.
    run.return(undefined as never);
  }
}

async function drive(
  run: Generator<TrainEvent, TrainOutcome, TrainCommand>,
  threads: TrainingThreads | null,
  { onEpoch, onRollback, onProgress, signal }: RunCallbacks,
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
    } else if (value.kind === "rollback") {
      onRollback?.(value.rollback);
    } else if (value.kind === "step") {
      const { epoch, nEpochs, step, nSteps, trainLoss } = value;
      nDocumentsInEpoch = value.nDocuments;
      const nDocuments = nDocumentsBefore + nDocumentsInEpoch;
      onProgress?.({ stage: "train", epoch, nEpochs, step, nSteps, loss: trainLoss, nDocuments, validationMacroF1 });
    }
    await yieldToEventLoop();
    if (threads !== null && threads.failure !== null) throw threads.failure;
  }
}
