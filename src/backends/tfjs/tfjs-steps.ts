/**
 * The steps of a run by TensorFlow.js. Its automatic differentiation gives the gradients, its operations the optimizer.
 *
 * The dense parameters are tensors through the run. w1 and its moments stay in the network's memory, as tensors cannot be
 * changed in place: a step makes tensors of the rows of its batch and writes them back.
 *
 * Legend: B rows of the batch, H1 … H3 hidden units, C labels; slot s is the s-th distinct term of the batch.
 */

import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from "../../kernels/mlp.js";
import type { BatchPlace, BatchSource } from "../../nn/step-crew.js";
import type { TrainingSteps } from "../../nn/training-backend.js";
import { TRAINABLE_NAMES, type TrainableArrays, type TrainingNetwork } from "../../nn/training-network.js";
import { type SparseEntries, sparseSums } from "./sparse-sums.js";
import type { TensorFlow } from "./tensorflow.js";
import { type TensorState, updateTensor } from "./update-rule.js";

type DenseName = Exclude<(typeof TRAINABLE_NAMES)[number], "w1">;
const DENSE_NAMES = TRAINABLE_NAMES.filter((name): name is DenseName => name !== "w1");
const LAYERS = [1, 2, 3] as const;

/** A batch as tensors and what {@link TfjsSteps.update} needs of it. */
interface OpenStep {
  readonly rows: TensorState;
  /** Of the rows of w1, then of the dense parameters in their order. */
  readonly gradients: readonly Tensor[];
}

export class TfjsSteps implements TrainingSteps {
  readonly #tf: TensorFlow;
  readonly #network: TrainingNetwork;
  readonly #source: BatchSource;
  readonly #dense = new Map<DenseName, TensorState>();
  #open: OpenStep | null = null;

  constructor(tf: TensorFlow, network: TrainingNetwork, source: BatchSource) {
    this.#tf = tf;
    this.#network = network;
    this.#source = source;
    this.restart();
  }

  forward({ begin, end, step }: BatchPlace): number {
    this.#close();
    const { matrix, labels, order, inputDropout, seed, teacher } = this.#source;
    const network = this.#network;
    network.gather(matrix, labels, order, begin, end, inputDropout, seed, step, teacher);
    network.drawMasks(seed, step);
    const rows = this.#gatherRows();
    const tf = this.#tf;
    const statistics: Tensor[] = [];
    const { value, grads } = tf.tidy(() => {
      const entries = this.#entries();
      const loss = (w1: Tensor, ...dense: Tensor[]): Scalar => this.#loss(entries, w1, dense, statistics);
      const dense = DENSE_NAMES.map((name) => (this.#dense.get(name) as TensorState).value);
      return tf.valueAndGrads(loss)([rows.value, ...dense]);
    });
    this.#open = { rows, gradients: grads };
    this.#moveStatistics(statistics);
    const [loss] = value.dataSync() as Float32Array;
    tf.dispose([value, ...statistics]);
    return loss as number;
  }

  update(learningRate: number): void {
    const { rows, gradients } = this.#open as OpenStep;
    const tf = this.#tf;
    const network = this.#network;
    const rule = network.options.optimizer;
    const step = network.beginUpdate(learningRate);
    const change = (state: TensorState, gradient: Tensor, rate: number, decay: number, isDecayed: boolean) =>
      tf.tidy(() => ({ ...updateTensor(tf, rule, state, gradient, step, { rate, decay, isDecayed }) }));
    const [rowGradient, ...denseGradients] = gradients as [Tensor, ...Tensor[]];
    const newRows = change(rows, rowGradient, step.rowRate, 0, true);
    this.#scatterRows(newRows);
    tf.dispose({ ...newRows });
    for (const [i, name] of DENSE_NAMES.entries()) {
      const old = this.#dense.get(name) as TensorState;
      const isDecayed = name.startsWith("w");
      const decay = isDecayed ? step.decay : 0;
      this.#dense.set(name, change(old, denseGradients[i] as Tensor, learningRate, decay, isDecayed));
      tf.dispose({ ...old });
    }
    this.#close();
    network.endUpdate();
  }

  sync(): void {
    const { parameters, moment1, moment2 } = this.#network;
    for (const [name, state] of this.#dense) {
      parameters[name].set(state.value.dataSync());
      moment1[name].set(state.moment1.dataSync());
      moment2[name].set(state.moment2.dataSync());
    }
  }

  restart(): void {
    this.end();
    const { parameters, moment1, moment2, shape } = this.#network;
    const [h1, h2, h3] = shape.hiddenUnits;
    const matrices: Partial<Record<DenseName, [number, number]>> = {
      w2: [h1, h2],
      w3: [h2, h3],
      w4: [h3, shape.nLabels],
    };
    for (const name of DENSE_NAMES) {
      const tensorOf = (arrays: TrainableArrays<Float32Array>): Tensor =>
        this.#tf.tensor(arrays[name].slice(), matrices[name] ?? [arrays[name].length]);
      this.#dense.set(name, { value: tensorOf(parameters), moment1: tensorOf(moment1), moment2: tensorOf(moment2) });
    }
  }

  end(): void {
    this.#close();
    for (const state of this.#dense.values()) this.#tf.dispose({ ...state });
    this.#dense.clear();
  }

  /** Gives back the tensors of a step. */
  #close(): void {
    if (this.#open === null) return;
    this.#tf.dispose([...Object.values(this.#open.rows), ...this.#open.gradients]);
    this.#open = null;
  }

  /** The rows of w1 and its moments that the batch touches, `[nSlots, H1]` each; one row of zeros where it touches none. */
  #gatherRows(): TensorState {
    const { batch, parameters, moment1, moment2, shape } = this.#network;
    const nUnits = shape.hiddenUnits[0];
    const nSlots = Math.max(1, batch.nSlots);
    const gather = (table: Float32Array): Tensor => {
      const rows = new Float32Array(nSlots * nUnits);
      for (let s = 0; s < batch.nSlots; s++) {
        const start = (batch.terms[s] as number) * nUnits;
        rows.set(table.subarray(start, start + nUnits), s * nUnits);
      }
      return this.#tf.tensor2d(rows, [nSlots, nUnits]);
    };
    return { value: gather(parameters.w1), moment1: gather(moment1.w1), moment2: gather(moment2.w1) };
  }

  #scatterRows({ value, moment1: m, moment2: v }: TensorState): void {
    const { batch, parameters, moment1, moment2, shape } = this.#network;
    const nUnits = shape.hiddenUnits[0];
    const scatter = (table: Float32Array, tensor: Tensor): void => {
      const rows = tensor.dataSync() as Float32Array;
      for (let s = 0; s < batch.nSlots; s++) {
        table.set(rows.subarray(s * nUnits, (s + 1) * nUnits), (batch.terms[s] as number) * nUnits);
      }
    };
    scatter(parameters.w1, value);
    scatter(moment1.w1, m);
    scatter(moment2.w1, v);
  }

  /** The batch's values by slot; one zero where there are none. */
  #entries(): SparseEntries {
    const { batch } = this.#network;
    const { slotIndptr, slotRows, slotValues, nSlots } = batch;
    const nnz = slotIndptr[nSlots] as number;
    const n = Math.max(1, nnz);
    const [rows, slots, values] = [new Int32Array(n), new Int32Array(n), new Float32Array(n)];
    rows.set(slotRows.subarray(0, nnz));
    for (let s = 0; s < nSlots; s++) slots.fill(s, slotIndptr[s] as number, slotIndptr[s + 1] as number);
    values.set(slotValues.subarray(0, nnz));
    const tf = this.#tf;
    return {
      rows: tf.tensor1d(rows, "int32"),
      slots: tf.tensor1d(slots, "int32"),
      values: tf.tensor2d(values, [n, 1]),
    };
  }

  /**
   * The loss of the batch: Σ target · -ln p, where the target of row b has the labels' smoothing and weights in it; see
   * `softmaxCrossEntropyForward` of the kernels. Adds mean and variance of each layer's sums to `statistics`.
   */
  #loss(entries: SparseEntries, w1: Tensor, dense: readonly Tensor[], statistics: Tensor[]): Scalar {
    const tf = this.#tf;
    const { batch, masks, shape, options, state } = this.#network;
    const { nRows } = batch;
    const parameters = Object.fromEntries(DENSE_NAMES.map((name, i) => [name, dense[i]])) as Record<DenseName, Tensor>;
    let hidden = sparseSums(tf, entries, w1, state.weightScale, nRows);
    for (const layer of LAYERS) {
      const product = layer === 1 ? hidden : tf.matMul(hidden, parameters[`w${layer}`] as Tensor2D);
      const sums = tf.add(product, parameters[`b${layer}`]);
      const mean = tf.mean(sums, 0);
      const centered = tf.sub(sums, mean);
      const variance = tf.mean(tf.square(centered), 0);
      statistics.push(tf.keep(tf.clone(mean)), tf.keep(tf.clone(variance)));
      const normalized = tf.mul(centered, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
      const shifted = tf.add(tf.mul(normalized, parameters[`gamma${layer}`]), parameters[`beta${layer}`]);
      hidden = tf.relu(shifted) as Tensor2D;
      if (options.dropout === 0) continue;
      const nUnits = shape.hiddenUnits[layer - 1] as number;
      const mask = (masks[layer - 1] as Float32Array).slice(0, nRows * nUnits);
      hidden = tf.mul(hidden, tf.tensor2d(mask, [nRows, nUnits]));
    }
    const logits = tf.add(tf.matMul(hidden, parameters.w4 as Tensor2D), parameters.b4);
    return tf.neg(tf.sum(tf.mul(this.#target(), tf.logSoftmax(logits)))) as Scalar;
  }

  /** `[B, C]` ((1 - ε) w_y [c = y] + ε / C w_c) / Σ_b w_y, or what a teacher says, by B. */
  #target(): Tensor2D {
    const { batch, shape, options, targets } = this.#network;
    const { labelWeights, labelSmoothing, isTaught } = options;
    const { nRows, labels } = batch;
    const { nLabels } = shape;
    if (isTaught === true) {
      const shares = targets.subarray(0, nRows * nLabels).map((share) => share / nRows);
      return this.#tf.tensor2d(shares, [nRows, nLabels]);
    }
    let weightSum = 0;
    for (let b = 0; b < nRows; b++) weightSum += labelWeights[labels[b] as number] as number;
    const target = new Float32Array(nRows * nLabels);
    for (let b = 0; b < nRows; b++) {
      const label = labels[b] as number;
      for (let c = 0; c < nLabels; c++) {
        const smooth = (labelSmoothing / nLabels) * (labelWeights[c] as number);
        const own = c === label ? (1 - labelSmoothing) * (labelWeights[label] as number) : 0;
        target[b * nLabels + c] = (smooth + own) / weightSum;
      }
    }
    return this.#tf.tensor2d(target, [nRows, nLabels]);
  }

  #moveStatistics(statistics: readonly Tensor[]): void {
    const { batch, parameters } = this.#network;
    const unbiased = batch.nRows / (batch.nRows - 1);
    const move = (running: Float32Array, tensor: Tensor, factor: number): void => {
      for (const [h, value] of (tensor.dataSync() as Float32Array).entries()) {
        const old = running[h] as number;
        running[h] = old + BATCH_NORM_MOMENTUM * (factor * value - old);
      }
    };
    for (const layer of LAYERS) {
      move(parameters[`runningMean${layer}`], statistics[2 * layer - 2] as Tensor, 1);
      move(parameters[`runningVar${layer}`], statistics[2 * layer - 1] as Tensor, unbiased);
    }
  }
}
