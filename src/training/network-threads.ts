import type { TrainingThreads } from "../nn/step-crew.js";
import type { TrainMlpInput, TrainOutcome } from "../nn/train-mlp.js";
import type { RunCallbacks } from "./fit-network.js";

/** A network to train, as it can be posted to another thread; shared arrays stay shared. */
export type NetworkTask = Omit<TrainMlpInput, "kernels" | "threads">;

/** Threads that take part in the training of one network, or train several side by side. */
export interface NetworkThreads extends TrainingThreads {
  /**
   * Starts threads for networks to come, which takes a thread some time: while other work waits for one thread, others can do
   * it. Those that no network comes to end with the rest.
   */
  prepareNetworks(nNetworks: number): void;
  /**
   * Trains a network in a thread of its own, with the result of `fitNetwork`. The callbacks come in the order of the run's
   * events, somewhat later than they happen; where one throws, the run is stopped and the call fails with what it threw.
   *
   * @throws {NewsclfError} what the run throws, with its code and message
   * @throws {WorkerError} when the thread fails
   */
  fitNetwork(task: NetworkTask, callbacks: RunCallbacks): Promise<TrainOutcome>;
}
