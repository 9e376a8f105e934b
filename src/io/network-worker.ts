/** Worker thread that trains whole networks; started by training-threads.ts. */

import type { MessagePort } from "node:worker_threads";
import { createWasmMlp } from "../kernels/wasm-mlp.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import type { PretrainProgress } from "../nn/pretrain.js";
import type { TrainOutcome } from "../nn/train-mlp.js";
import type { Rollback, TrainingState } from "../nn/training-state.js";
import type { LabeledMatrix } from "../nn/validation.js";
import { fitNetwork, type RunCallbacks } from "../training/fit-network.js";
import type { NetworkTask } from "../training/network-threads.js";
import { readMlpModule } from "./kernel-files.js";
import { type MatrixShare, openMatrix } from "./matrix-share.js";
import { serveRequests } from "./worker-threads.js";

/** A task with its matrices as they are posted. */
export interface PostedNetworkTask extends Omit<NetworkTask, "matrix" | "pretraining" | "validation"> {
  readonly matrix: MatrixShare;
  readonly pretraining: { readonly nEpochs: number; readonly unlabeled: MatrixShare | null } | undefined;
  readonly validation: { readonly matrix: MatrixShare; readonly labels: LabeledMatrix["labels"] } | null;
}

/** A network to train, and where to tell of it and listen for orders. */
export interface NetworkRequest {
  readonly task: PostedNetworkTask;
  readonly port: MessagePort;
}

/** What the other thread orders: a state to resume from, at the next event; or to stop there. */
export type NetworkOrder = "capture" | "stop";

/** What it is told, in the order of the run; the outcome comes last. */
export type NetworkNotice =
  | { readonly kind: "pretrain"; readonly progress: PretrainProgress }
  | { readonly kind: "epoch"; readonly record: EpochRecord }
  | { readonly kind: "rollback"; readonly rollback: Rollback }
  | { readonly kind: "progress"; readonly progress: Parameters<NonNullable<RunCallbacks["onProgress"]>>[0] }
  /** A state could be taken. */
  | { readonly kind: "moment"; readonly moment: "step" | "epoch" }
  | { readonly kind: "state"; readonly state: TrainingState }
  | { readonly kind: "outcome"; readonly outcome: TrainOutcome };

/** Posting a view posts the whole buffer behind it, and that of the run is its entire memory. */
function copyArrays<T extends object>(arrays: T): T {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()])) as T;
}

function copyState(state: TrainingState): TrainingState {
  const { parameters, moment1, moment2, best } = state;
  return {
    ...state,
    parameters: copyArrays(parameters),
    moment1: copyArrays(moment1),
    moment2: copyArrays(moment2),
    best: copyArrays(best),
  };
}

async function train({ task, port }: NetworkRequest): Promise<void> {
  const kernels = createWasmMlp(await readMlpModule());
  const tell = (notice: NetworkNotice): void => port.postMessage(notice);
  const stop = new AbortController();
  let isCaptureOrdered = false;
  port.on("message", (order: NetworkOrder) => {
    if (order === "stop") stop.abort();
    else isCaptureOrdered = true;
  });
  try {
    const outcome = await fitNetwork(
      {
        ...task,
        matrix: openMatrix(task.matrix),
        pretraining: task.pretraining && {
          ...task.pretraining,
          unlabeled: task.pretraining.unlabeled && openMatrix(task.pretraining.unlabeled),
        },
        validation: task.validation && { ...task.validation, matrix: openMatrix(task.validation.matrix) },
        kernels,
      },
      {
        onPretrain: (progress) => tell({ kind: "pretrain", progress }),
        onEpoch: (record) => tell({ kind: "epoch", record }),
        onRollback: (rollback) => tell({ kind: "rollback", rollback }),
        onProgress: (progress) => tell({ kind: "progress", progress }),
        checkpoints: {
          isDue: ({ kind }) => {
            const isDue = isCaptureOrdered;
            isCaptureOrdered = false;
            if (!isDue) tell({ kind: "moment", moment: kind });
            return isDue;
          },
          save: async (state) => tell({ kind: "state", state: copyState(state) }),
        },
        signal: stop.signal,
      },
    );
    tell({ kind: "outcome", outcome });
  } finally {
    port.close();
  }
}

serveRequests<null, NetworkRequest, null>(() => async (request) => {
  await train(request);
  return { response: null };
});
