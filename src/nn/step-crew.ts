/** The threads of a run and the course of a step; see step-board.ts. */

import { WorkerError } from "../errors.js";
import type { RowSource } from "../features/csr-matrix.js";
import type { FloatArray } from "../kernels/mlp.js";
import { attachMlp, type SharedMlpMemory } from "../kernels/wasm-mlp.js";
import type { BatchCapacity } from "./sparse-batch.js";
import { NO_PIECE, WORK } from "./step-board.js";
import type { Teacher } from "./teacher.js";
import type { TrainingSteps } from "./training-backend.js";
import { TrainingNetwork, type TrainingNetworkOptions } from "./training-network.js";
import type { MlpShape } from "./weights.js";

/** What batches are made of; the arrays are shared where there are several threads. */
export interface BatchSource {
  readonly matrix: RowSource;
  /** `[nRows]` */
  readonly labels: Uint16Array | Int32Array;
  /** `[nRows]` order of the epoch. */
  readonly order: Uint32Array;
  readonly inputDropout: number;
  readonly seed: number;
  /** Whose answers the run learns in place of the labels; one belongs to a thread, so that there are no others then. */
  readonly teacher?: Teacher | undefined;
}

/** Rows order[begin … end - 1] for the step of this number (1-based over the whole run). */
export interface BatchPlace {
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

/** All that a thread needs to take part in a run; can be posted to it. */
export interface TrainingTask {
  readonly memory: SharedMlpMemory;
  /** Place of the thread; 0 is the one that leads. */
  readonly thread: number;
  readonly shape: MlpShape;
  readonly capacity: BatchCapacity;
  readonly options: TrainingNetworkOptions;
  readonly source: BatchSource;
}

/** Threads that can take part in a run. */
export interface TrainingThreads {
  /** Threads in all, the one that leads included; 2 or more. */
  readonly nThreads: number;
  /** @throws {KernelError} when the runtime has not the memory */
  shareMemory(capacityBytes: number): SharedMlpMemory;
  /** Has a thread call {@link joinTraining} with each task. They may begin at any time, and late. */
  start(tasks: readonly TrainingTask[]): void;
  /** What ended a thread before its time; null while all are well. */
  readonly failure: Error | null;
}

/** Takes pieces of work until none is left. */
function takePieces<A extends FloatArray>(network: TrainingNetwork<A>, source: BatchSource): void {
  const { board } = network;
  for (let piece = board.take(); piece !== NO_PIECE; piece = board.take()) {
    doPiece(network, source, piece);
    board.finish();
  }
}

/** What was taken just before the run ended need not be done. */
function doPiece<A extends FloatArray>(network: TrainingNetwork<A>, source: BatchSource, piece: number): void {
  const { work, draft, numbers } = network.board;
  network.useDraft(draft);
  if (work === WORK.prepare) {
    const { matrix, labels, order, inputDropout, seed, teacher } = source;
    const [begin, end, step] = numbers;
    network.gather(matrix, labels, order, begin, end, inputDropout, seed, step, teacher);
    network.drawMasks(seed, step);
  } else if (work === WORK.forward) {
    network.forwardRows(piece, numbers[0]);
  } else if (work === WORK.update) {
    const [rowRate, learningRate, decay, correction1, correction2] = numbers;
    network.updateSlots(piece, { rowRate, learningRate, decay, correction1, correction2 });
  }
}

/** Takes part in a run that another thread leads; returns when that one says that it is over. */
export function joinTraining({ memory, thread, shape, capacity, options, source }: TrainingTask): void {
  const kernels = attachMlp(memory, thread);
  const network = new TrainingNetwork(kernels, shape, capacity, options, thread, memory.nThreads);
  const { board } = network;
  try {
    for (;;) {
      takePieces(network, source);
      if (board.work === WORK.end) return;
      board.awaitWork();
    }
  } catch (error) {
    board.fail();
    throw error;
  }
}

/** Leads the steps of a run on the network's kernels, with other threads or alone. */
export class StepCrew<A extends FloatArray = Float32Array> implements TrainingSteps {
  readonly #network: TrainingNetwork<A>;
  readonly #source: BatchSource;
  /** Draft of the step at hand. */
  #draft = 0;
  /** What the other draft holds, or is getting to hold. */
  #prepared: BatchPlace | null = null;

  constructor(network: TrainingNetwork<A>, source: BatchSource) {
    this.#network = network;
    this.#source = source;
  }

  forward(place: BatchPlace, next: BatchPlace | null): number {
    const network = this.#network;
    if (this.#prepared?.step !== place.step) {
      this.#post(WORK.prepare, this.#draft ^ 1, 1, [place.begin, place.end, place.step]);
      this.#complete();
    }
    this.#draft ^= 1;
    network.useDraft(this.#draft);
    this.#post(WORK.forward, this.#draft, network.nRowPieces, [network.state.weightScale]);
    this.#complete();
    this.#prepared = next;
    if (next !== null) this.#post(WORK.prepare, this.#draft ^ 1, 1, [next.begin, next.end, next.step]);
    return network.forwardDense();
  }

  update(learningRate: number): void {
    const network = this.#network;
    network.backward();
    this.#complete();
    const step = network.beginUpdate(learningRate);
    const { rowRate, decay, correction1, correction2 } = step;
    const numbers = [rowRate, learningRate, decay, correction1, correction2];
    this.#post(WORK.update, this.#draft, network.nSlotPieces, numbers);
    network.updateDense(step);
    this.#complete();
    network.endUpdate();
  }

  /** The steps work on the network's own arrays. */
  sync(): void {}

  restart(): void {
    this.#complete();
    this.#prepared = null;
  }

  /** Lets the other threads go. */
  end(): void {
    this.#network.board.post(WORK.end, 0, 0);
  }

  #post(
    work: typeof WORK.prepare | typeof WORK.forward | typeof WORK.update,
    draft: number,
    nPieces: number,
    numbers: readonly number[],
  ): void {
    const { board } = this.#network;
    board.numbers.set(numbers);
    board.post(work, draft, nPieces);
  }

  /** Helps until all that was posted is done. */
  #complete(): void {
    const network = this.#network;
    takePieces(network, this.#source);
    network.useDraft(this.#draft);
    if (!network.board.awaitDone()) throw new WorkerError("training", "does not finish its part of a step");
  }
}
