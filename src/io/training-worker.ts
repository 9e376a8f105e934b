/** Worker thread of training; started by training-threads.ts. */

import { type BatchSource, joinTraining, type TrainingTask } from "../nn/step-crew.js";
import { type MatrixShare, openMatrix } from "./matrix-share.js";
import { serveRequests } from "./worker-threads.js";

/** A task with its matrix as it is posted. */
export interface TrainingRequest extends Omit<TrainingTask, "source"> {
  readonly source: Omit<BatchSource, "matrix"> & { readonly matrix: MatrixShare };
}

serveRequests<null, TrainingRequest, null>(() => (request) => {
  const { source } = request;
  joinTraining({ ...request, source: { ...source, matrix: openMatrix(source.matrix) } });
  return { response: null };
});
