import type { EpochRecord } from "../nn/epoch-record.js";
import type { PretrainProgress } from "../nn/pretrain.js";
import type { TrainingThreads } from "../nn/step-crew.js";
import {
  type TrainCommand,
  type TrainEvent,
  type TrainMlpInput,
  type TrainOutcome,
  trainMlp,
} from "../nn/train-mlp.js";
import type { Rollback, TrainingState } from "../nn/training-state.js";
import { type NetworkProgress, yieldToEventLoop } from "./progress.js";

/** What a caller hears of a run, and how it ends one. */
export interface RunCallbacks {
  readonly onPretrain?: ((progress: PretrainProgress) => void) | undefined;
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  readonly onRollback?: ((rollback: Rollback) => void) | undefined;
  readonly onProgress?: ((progress: Omit<NetworkProgress, "member" | "nMembers" | "nStepsDone">) => void) | undefined;
  readonly checkpoints?: StateStore | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where states of a run go, to resume it from. */
export interface StateStore {
  /** Asked some time after each thousand documents ("step") and after each epoch. */
  isDue(moment: { readonly kind: "step" | "epoch" }): boolean;
  /** The run waits; the state's arrays are the run's own. */
  save(state: TrainingState): Promise<void>;
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
  { onPretrain, onEpoch, onRollback, onProgress, checkpoints, signal }: RunCallbacks,
): Promise<TrainOutcome> {
  let validationMacroF1: number | null = null;
  let nDocumentsBefore = 0;
  let nDocumentsInEpoch = 0;
  let command: TrainCommand;
  let isStopping = false;
  for (;;) {
    const { done, value } = run.next(command);
    if (done) return value;
    command = undefined;
    if (value.kind === "state") {
      await checkpoints?.save(value.state);
    } else if (value.kind === "pretrain") {
      onPretrain?.(value.progress);
    } else if (value.kind === "rollback") {
      onRollback?.(value.rollback);
    } else {
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
      // A state from after a stop is not on the way of the run that was not stopped.
      if (!isStopping && checkpoints?.isDue({ kind: value.kind })) command = "capture";
    }
    await yieldToEventLoop();
    if (threads !== null && threads.failure !== null) throw threads.failure;
    if (signal?.aborted && command === undefined) {
      command = "stop";
      isStopping = true;
    }
  }
}
