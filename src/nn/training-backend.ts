import type { BatchPlace, BatchSource } from "./step-crew.js";
import type { TrainingNetwork } from "./training-network.js";

/** What takes the steps of a run: our kernels, or another program that computes the same. */
export interface TrainingBackend {
  /** For people, such as "TensorFlow.js 4.22.0 (cpu)". */
  readonly name: string;
  /** Begins a run over the memory of a network; its parameters are those that the run starts from. */
  createSteps(network: TrainingNetwork, source: BatchSource): TrainingSteps;
}

/**
 * The steps of a run. Batches, input dropout and masks are those of the network, so that each backend sees the same numbers;
 * decoupled decay of w1 is the network's factor, which `update` counts with `beginUpdate` and `endUpdate`.
 */
export interface TrainingSteps {
  /**
   * Returns the loss of a batch; also moves the running statistics.
   * @param next the batch that comes next, if it is known, so that it can be got ready
   */
  forward(place: BatchPlace, next: BatchPlace | null): number;
  /** One step along the gradients of the loss that {@link forward} returned. */
  update(learningRate: number): void;
  /** Brings parameters and moments of the network up to date. */
  sync(): void;
  /** Forgets what was got ready and takes parameters and moments from the network anew. */
  restart(): void;
  /** Gives back what the run holds; must be called once, however it ends. */
  end(): void;
}

/** A way to run TensorFlow.js that was tried and cannot be used here. */
export interface UnusableEngine {
  readonly name: string;
  /** One line. */
  readonly reason: string;
}

/** The engine that a run uses, and those before it that it cannot use. */
export interface EngineChoice {
  readonly backend: TrainingBackend;
  readonly unusable: readonly UnusableEngine[];
}
