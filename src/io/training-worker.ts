/** Worker thread of training; started by training-threads.ts. */

import { joinTraining, type TrainingTask } from "../nn/step-crew.js";
import { serveRequests } from "./worker-threads.js";

serveRequests<null, TrainingTask, null>(() => (task) => {
  joinTraining(task);
  return { response: null };
});
