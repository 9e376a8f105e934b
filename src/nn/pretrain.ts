/**
 * Pre-training without labels: the hidden layers one after another as denoising autoencoders, before the network learns
 * labels. What a layer learns is to tell from a part of its input what the whole was.
 *
 * Legend: V terms, H units of the layer, I inputs of a deeper one, T targets of a step.
 *
 * @see Vincent, Larochelle, Lajoie, Bengio and Manzagol 2010, "Stacked Denoising Autoencoders"
 * @see Dauphin, Glorot and Bengio 2011, "Large-Scale Learning of Embeddings with Reconstruction Sampling"
 */

import { copyRow, longestRow, type RowSource } from "../features/csr-matrix.js";
import { exponential, naturalLogarithm } from "../kernels/math.js";
import { BATCH_NORM_EPSILON, type FloatArray } from "../kernels/mlp.js";
import { Philox, RANDOM_STREAM, WORD_TO_UNIT } from "../kernels/random.js";
import { shuffleRows } from "./batch-order.js";
import { hiddenLayersOf, type LayerParameters, type MlpParameters, shapeOf } from "./weights.js";

type Layer = LayerParameters<FloatArray>;

/** Terms of a document that a step reconstructs at most, and as many that the document does not hold. */
const MAX_PRESENT = 64;
/** Learning rates at the beginning; they fall to zero along a line. */
const TERM_RATE = 0.1;
const UNIT_RATE = 0.5;
/** The first layer's weights are drawn small for training; the decoder needs wider ones to go by. */
const START_FACTOR = 30;
/**
 * At the end the first layer is multiplied by one factor, so that its sums have a standard deviation of the first number, times
 * documents by labelled document, the second at most. Batch norm takes the factor out again: what it decides is how much the
 * optimizer's steps, which reach as far whatever the weights, can change. Where few documents have labels, wide, so that terms
 * which none of them holds keep their weight; where all have, so narrow that labels can still form the layer.
 * docs/accuracy.md has the scores by deviation.
 */
const SUMS_DEVIATION = 0.02;
const MAX_SUMS_DEVIATION = 2;
/** A progress event comes after so many documents. */
const DOCUMENTS_PER_EVENT = 1024;
/** Orders of pre-training are none of the training's epochs. */
const FIRST_ORDER = 0x8000_0000;
const ORDERS_PER_LAYER = 0x100_0000;

const LAYERS = [1, 2, 3] as const;

export interface PretrainInput {
  /** Documents over the columns of the first layer: those with labels, then, if any, those without. */
  readonly matrices: readonly [RowSource, ...RowSource[]];
  /** Passes over all documents for each layer. */
  readonly nEpochs: number;
  /** Share of a document's terms that are left out of the first layer's input. */
  readonly inputDropout: number;
  /** Share of units that are left out of a deeper layer's input. */
  readonly dropout: number;
  /** A 32-bit word. */
  readonly seed: number;
}

/** Where pre-training stands. */
export interface PretrainProgress {
  /** 1-based. */
  readonly layer: number;
  /** 1-based, of this layer. */
  readonly epoch: number;
  readonly nEpochs: number;
  /** Documents gone through and to go through, all epochs of all layers counted. */
  readonly nDone: number;
  readonly nTotal: number;
  /** Mean loss of a target in this epoch so far: nats in the first layer, half a squared difference in the others. */
  readonly loss: number;
}

/** One document's stored values. */
interface Row {
  readonly columns: Uint32Array;
  readonly values: FloatArray;
  readonly nnz: number;
}

/** The first layer and a decoder: a term is there with probability σ(c + V h), h = ReLU(W x + b). */
export class TermAutoencoder {
  /** `[H]` of the last row. */
  readonly hidden: Float64Array;
  readonly #weight: FloatArray;
  readonly #bias: FloatArray;
  readonly #decoderWeight: FloatArray;
  readonly #decoderBias: FloatArray;
  readonly #dHidden: Float64Array;

  /** weight, decoderWeight `[V, H]`; bias `[H]`; decoderBias `[V]`. All are changed in place. */
  constructor(weight: FloatArray, bias: FloatArray, decoderWeight: FloatArray, decoderBias: FloatArray) {
    this.#weight = weight;
    this.#bias = bias;
    this.#decoderWeight = decoderWeight;
    this.#decoderBias = decoderBias;
    this.hidden = new Float64Array(bias.length);
    this.#dHidden = new Float64Array(bias.length);
  }

  /**
   * Moves all parameters against the gradient of the loss, Σ_t -ln P(t is as it is), and returns the loss from before.
   *
   * @param targets `[T]` distinct terms; the first `nPresent` are in the document, the others are not
   * @param rate learning rate; 0 changes nothing
   */
  step(input: Row, targets: Uint32Array, nPresent: number, nTargets: number, rate: number): number {
    const decoderWeight = this.#decoderWeight;
    const decoderBias = this.#decoderBias;
    const dHidden = this.#dHidden;
    const hidden = this.hidden;
    const nUnits = hidden.length;
    this.#encode(input);
    dHidden.fill(0);
    let loss = 0;
    for (let t = 0; t < nTargets; t++) {
      const term = targets[t] as number;
      const row = term * nUnits;
      let logit = decoderBias[term] as number;
      for (let k = 0; k < nUnits; k++) logit += (decoderWeight[row + k] as number) * (hidden[k] as number);
      const target = t < nPresent ? 1 : 0;
      const power = exponential(-Math.abs(logit));
      const probability = (logit >= 0 ? 1 : power) / (1 + power);
      loss += Math.max(logit, 0) - logit * target + naturalLogarithm(1 + power);
      const dLogit = probability - target;
      for (let k = 0; k < nUnits; k++) {
        const weight = decoderWeight[row + k] as number;
        dHidden[k] = (dHidden[k] as number) + dLogit * weight;
        decoderWeight[row + k] = weight - rate * dLogit * (hidden[k] as number);
      }
      decoderBias[term] = (decoderBias[term] as number) - rate * dLogit;
    }
    this.#descend(input, rate);
    return loss;
  }

  #encode({ columns, values, nnz }: Row): void {
    const hidden = this.hidden;
    const nUnits = hidden.length;
    sumRows(hidden, { columns, values, nnz }, this.#weight, this.#bias);
    for (let k = 0; k < nUnits; k++) hidden[k] = Math.max(0, hidden[k] as number);
  }

  #descend({ columns, values, nnz }: Row, rate: number): void {
    const dHidden = this.#dHidden;
    const nUnits = dHidden.length;
    for (let k = 0; k < nUnits; k++) {
      if ((this.hidden[k] as number) <= 0) dHidden[k] = 0;
      this.#bias[k] = (this.#bias[k] as number) - rate * (dHidden[k] as number);
    }
    for (let i = 0; i < nnz; i++) {
      const row = (columns[i] as number) * nUnits;
      const factor = rate * (values[i] as number);
      for (let k = 0; k < nUnits; k++) {
        this.#weight[row + k] = (this.#weight[row + k] as number) - factor * (dHidden[k] as number);
      }
    }
  }
}

/** A deeper layer and a decoder: x̂ = c + V h, h = ReLU(W x + b). */
export class UnitAutoencoder {
  readonly #weight: FloatArray;
  readonly #bias: FloatArray;
  readonly #decoderWeight: FloatArray;
  readonly #decoderBias: FloatArray;
  readonly #hidden: Float64Array;
  readonly #dHidden: Float64Array;

  /** weight `[I, H]`; bias `[H]`; decoderWeight `[H, I]`; decoderBias `[I]`. All are changed in place. */
  constructor(weight: FloatArray, bias: FloatArray, decoderWeight: FloatArray, decoderBias: FloatArray) {
    this.#weight = weight;
    this.#bias = bias;
    this.#decoderWeight = decoderWeight;
    this.#decoderBias = decoderBias;
    this.#hidden = new Float64Array(bias.length);
    this.#dHidden = new Float64Array(bias.length);
  }

  /**
   * Moves all parameters against the gradient of the loss, Σ_i (x̂_i - target_i)² / 2 I, and returns the loss from before.
   *
   * @param input `[I]`, parts of which may be left out
   * @param target `[I]`
   * @param rate learning rate; 0 changes nothing
   */
  step(input: FloatArray, target: FloatArray, rate: number): number {
    const hidden = this.#hidden;
    const dHidden = this.#dHidden;
    const decoderWeight = this.#decoderWeight;
    const nUnits = hidden.length;
    const nInputs = target.length;
    sumDense(hidden, input, this.#weight, this.#bias);
    for (let k = 0; k < nUnits; k++) hidden[k] = Math.max(0, hidden[k] as number);
    dHidden.fill(0);
    let loss = 0;
    for (let i = 0; i < nInputs; i++) {
      let reconstruction = this.#decoderBias[i] as number;
      for (let k = 0; k < nUnits; k++) {
        reconstruction += (decoderWeight[k * nInputs + i] as number) * (hidden[k] as number);
      }
      const difference = reconstruction - (target[i] as number);
      loss += (difference * difference) / (2 * nInputs);
      const gradient = difference / nInputs;
      for (let k = 0; k < nUnits; k++) {
        const weight = decoderWeight[k * nInputs + i] as number;
        dHidden[k] = (dHidden[k] as number) + gradient * weight;
        decoderWeight[k * nInputs + i] = weight - rate * gradient * (hidden[k] as number);
      }
      this.#decoderBias[i] = (this.#decoderBias[i] as number) - rate * gradient;
    }
    for (let k = 0; k < nUnits; k++) {
      if ((hidden[k] as number) <= 0) dHidden[k] = 0;
      this.#bias[k] = (this.#bias[k] as number) - rate * (dHidden[k] as number);
    }
    for (let i = 0; i < nInputs; i++) {
      const factor = rate * (input[i] as number);
      if (factor === 0) continue;
      for (let k = 0; k < nUnits; k++) {
        const place = i * nUnits + k;
        this.#weight[place] = (this.#weight[place] as number) - factor * (dHidden[k] as number);
      }
    }
    return loss;
  }
}

/** out = bias + Σ values weight[columns]; out `[H]`. */
function sumRows(out: Float64Array, { columns, values, nnz }: Row, weight: FloatArray, bias: FloatArray): void {
  const nUnits = out.length;
  out.set(bias);
  for (let i = 0; i < nnz; i++) {
    const row = (columns[i] as number) * nUnits;
    const value = values[i] as number;
    for (let k = 0; k < nUnits; k++) out[k] = (out[k] as number) + value * (weight[row + k] as number);
  }
}

/** out = bias + input weight; out `[H]`, input `[I]`. */
function sumDense(out: Float64Array, input: FloatArray, weight: FloatArray, bias: FloatArray): void {
  const nUnits = out.length;
  out.set(bias);
  for (let i = 0; i < input.length; i++) {
    const value = input[i] as number;
    if (value === 0) continue;
    for (let k = 0; k < nUnits; k++) out[k] = (out[k] as number) + value * (weight[i * nUnits + k] as number);
  }
}

/** Random numbers in [0, 1) for one visit of a document. */
class Draws {
  readonly #philox: Philox;
  #counter: readonly [number, number, number] = [0, 0, 0];
  #nDrawn = 0;

  constructor(seed: number) {
    this.#philox = new Philox().withKey(seed, RANDOM_STREAM.pretraining);
  }

  begin(document: number, layer: number, epoch: number): void {
    this.#counter = [document, layer, epoch];
    this.#nDrawn = 0;
  }

  next(): number {
    const place = this.#nDrawn++;
    if ((place & 3) === 0) this.#philox.generate(place >>> 2, ...this.#counter);
    return (this.#philox.words[place & 3] as number) * WORD_TO_UNIT;
  }
}

/** Reads documents of several matrices as one sequence. */
class Documents {
  readonly nRows: number;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
  nnz = 0;
  readonly #matrices: readonly RowSource[];

  constructor(matrices: readonly RowSource[]) {
    this.#matrices = matrices;
    this.nRows = matrices.reduce((sum, { nRows }) => sum + nRows, 0);
    this.columns = new Uint32Array(Math.max(0, ...matrices.map(longestRow)));
    this.values = new Float32Array(this.columns.length);
  }

  read(document: number): void {
    let row = document;
    for (const matrix of this.#matrices) {
      if (row < matrix.nRows) {
        this.nnz = copyRow(matrix, row, this.columns, this.values, 0);
        return;
      }
      row -= matrix.nRows;
    }
    throw new Error(`Bug: there is no document ${document}`);
  }
}

/** Draws terms that a document does not hold, by document frequency^0.75 (Mikolov et al. 2013, section 2.2). */
class AbsentTerms {
  /** `[V]` sums of document frequency^0.75 up to each term. */
  readonly #cumulative: Float64Array;
  /** `[V]` the visit in which a term was taken last. */
  readonly #takenIn: Uint32Array;
  #visit = 0;

  constructor(documents: Documents, nTerms: number) {
    const sums = new Float64Array(nTerms);
    for (let document = 0; document < documents.nRows; document++) {
      documents.read(document);
      for (let i = 0; i < documents.nnz; i++) {
        const term = documents.columns[i] as number;
        sums[term] = (sums[term] as number) + 1;
      }
    }
    let sum = 0;
    for (let term = 0; term < nTerms; term++) {
      // n^0.75 by square roots, which every engine rounds alike.
      const root = Math.sqrt(sums[term] as number);
      sum += root * Math.sqrt(root);
      sums[term] = sum;
    }
    this.#cumulative = sums;
    this.#takenIn = new Uint32Array(nTerms);
  }

  /** Begins a document: its own terms are none that may be drawn. */
  begin({ columns, nnz }: Documents): void {
    this.#visit++;
    for (let i = 0; i < nnz; i++) this.#takenIn[columns[i] as number] = this.#visit;
  }

  /** Puts up to `n` distinct terms into `targets` from `at` on; fewer where draws meet. Returns where they end. */
  draw(draws: Draws, targets: Uint32Array, at: number, n: number): number {
    const cumulative = this.#cumulative;
    const total = cumulative[cumulative.length - 1] as number;
    let end = at;
    for (let i = 0; i < n; i++) {
      const wanted = draws.next() * total;
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((cumulative[middle] as number) > wanted) high = middle;
        else low = middle + 1;
      }
      if (this.#takenIn[low] === this.#visit) continue;
      this.#takenIn[low] = this.#visit;
      targets[end++] = low;
    }
    return end;
  }
}

/** out = ReLU(batch norm(sums)) with running statistics, as in use; may be `sums` itself. */
function activate(out: Float64Array, sums: Float64Array, { gamma, beta, runningMean, runningVar }: Layer): void {
  for (let k = 0; k < out.length; k++) {
    const scale = (gamma[k] as number) / Math.sqrt((runningVar[k] as number) + BATCH_NORM_EPSILON);
    const normalized = ((sums[k] as number) - (runningMean[k] as number)) * scale + (beta[k] as number);
    out[k] = Math.max(0, normalized);
  }
}

/**
 * Trains the hidden layers in place, from the parameters given, as a generator that yields now and then; "stop" ends it
 * where it is, and what has been learned stays. The same input gives the same bytes on every machine.
 *
 * 1. The first layer sees a document without `inputDropout` of its terms and is to tell which terms it holds: 64 of its own at
 *    most, against as many that it does not hold, drawn by document frequency^0.75. Loss: binary cross-entropy.
 * 2. A deeper layer sees the activations of the one below, without `dropout` of them, and is to give all of them back. Loss:
 *    half of the mean squared difference.
 *
 * Plain stochastic gradient descent, a document at a time; decoders are thrown away. Autoencoders have no batch norm; when a
 * layer is done, its running statistics become those of its sums over all documents, so that the next one learns from what it
 * will see.
 *
 * Time: O(nEpochs (nnz H1 + nDocuments (T H1 + H1 H2 + H2 H3))). Memory: an array [V, H1] and 12 bytes for each term.
 */
export function* pretrain(
  parameters: MlpParameters<FloatArray>,
  input: PretrainInput,
): Generator<PretrainProgress, void, "stop" | undefined> {
  const documents = new Documents(input.matrices);
  const run = new Pretraining(parameters, documents, input);
  for (const layer of LAYERS) {
    const isStopped = yield* run.trainLayer(layer);
    if (isStopped) return;
  }
}

class Pretraining {
  readonly #layers: readonly [Layer, Layer, Layer];
  readonly #documents: Documents;
  readonly #input: PretrainInput;
  readonly #nTerms: number;
  readonly #order: Uint32Array;
  readonly #draws: Draws;
  /** By layer: `[H]` activations of the document. */
  readonly #activations: readonly [Float64Array, Float64Array, Float64Array];

  constructor(parameters: MlpParameters<FloatArray>, documents: Documents, input: PretrainInput) {
    const { nTerms, hiddenUnits } = shapeOf(parameters);
    this.#layers = hiddenLayersOf(parameters);
    this.#documents = documents;
    this.#input = input;
    this.#nTerms = nTerms;
    this.#order = new Uint32Array(documents.nRows);
    this.#draws = new Draws(input.seed);
    const [h1, h2, h3] = hiddenUnits;
    this.#activations = [new Float64Array(h1), new Float64Array(h2), new Float64Array(h3)];
  }

  /** Returns whether it was stopped. */
  *trainLayer(layer: (typeof LAYERS)[number]): Generator<PretrainProgress, boolean, "stop" | undefined> {
    const { nEpochs } = this.#input;
    const { nRows } = this.#documents;
    const visit = layer === 1 ? this.#termVisitor() : this.#unitVisitor(layer);
    let isStopped = false;
    for (let epoch = 1; epoch <= nEpochs && !isStopped; epoch++) {
      shuffleRows(this.#order, this.#input.seed, FIRST_ORDER + layer * ORDERS_PER_LAYER + epoch);
      let lossSum = 0;
      for (let place = 0; place < nRows && !isStopped; place++) {
        const document = this.#order[place] as number;
        this.#documents.read(document);
        this.#draws.begin(document, layer, epoch);
        lossSum += visit(1 - ((epoch - 1) * nRows + place) / (nEpochs * nRows));
        const nInEpoch = place + 1;
        if (nInEpoch % DOCUMENTS_PER_EVENT !== 0 && nInEpoch < nRows) continue;
        const nDone = ((layer - 1) * nEpochs + epoch - 1) * nRows + nInEpoch;
        const nTotal = LAYERS.length * nEpochs * nRows;
        const command = yield { layer, epoch, nEpochs, nDone, nTotal, loss: lossSum / nInEpoch };
        isStopped = command === "stop";
      }
    }
    if (layer === 1) this.#rescale();
    this.#measure(layer);
    return isStopped;
  }

  /** Returns what a visit of the first layer does; of a document without terms nothing. Its result is the mean loss. */
  #termVisitor(): (rateFactor: number) => number {
    const [{ weight, bias }] = this.#layers;
    for (let i = 0; i < weight.length; i++) weight[i] = (weight[i] as number) * START_FACTOR;
    const autoencoder = new TermAutoencoder(
      weight,
      bias,
      new Float32Array(weight.length),
      new Float32Array(this.#nTerms),
    );
    const documents = this.#documents;
    const draws = this.#draws;
    const { inputDropout } = this.#input;
    const absent = new AbsentTerms(documents, this.#nTerms);
    const input = { columns: documents.columns.slice(), values: documents.values.slice(), nnz: 0 };
    const shuffled = documents.columns.slice();
    const targets = new Uint32Array(2 * MAX_PRESENT);
    return (rateFactor) => {
      const { columns, values, nnz } = documents;
      if (nnz === 0) return 0;
      input.nnz = 0;
      for (let i = 0; i < nnz; i++) {
        if (draws.next() < inputDropout) continue;
        input.columns[input.nnz] = columns[i] as number;
        input.values[input.nnz++] = (values[i] as number) / (1 - inputDropout);
      }
      // The first places of a shuffle: all terms where there are not too many.
      const nPresent = Math.min(nnz, MAX_PRESENT);
      shuffled.set(columns.subarray(0, nnz));
      for (let i = 0; i < nPresent; i++) {
        const other = nnz <= MAX_PRESENT ? i : i + Math.floor(draws.next() * (nnz - i));
        targets[i] = shuffled[other] as number;
        shuffled[other] = shuffled[i] as number;
      }
      absent.begin(documents);
      const nTargets = absent.draw(draws, targets, nPresent, nPresent);
      return autoencoder.step(input, targets, nPresent, nTargets, TERM_RATE * rateFactor) / nTargets;
    };
  }

  /** Returns what a visit of a deeper layer does; its result is the loss. */
  #unitVisitor(layer: 2 | 3): (rateFactor: number) => number {
    const { weight, bias } = this.#layers[layer - 1] as Layer;
    const below = this.#activations[layer - 2] as Float64Array;
    const corrupted = new Float64Array(below.length);
    const autoencoder = new UnitAutoencoder(
      weight,
      bias,
      new Float32Array(weight.length),
      new Float32Array(below.length),
    );
    // Keeps the step stable where there are more units than inputs.
    const rate = UNIT_RATE * Math.min(1, below.length / bias.length);
    const { dropout } = this.#input;
    const draws = this.#draws;
    return (rateFactor) => {
      this.#activateUpTo(layer - 1);
      for (let i = 0; i < below.length; i++) {
        corrupted[i] = draws.next() < dropout ? 0 : (below[i] as number) / (1 - dropout);
      }
      return autoencoder.step(corrupted, below, rate * rateFactor);
    };
  }

  /** Fills the sums of a layer into its array of activations. */
  #sum(layer: number): void {
    const { weight, bias } = this.#layers[layer - 1] as Layer;
    const out = this.#activations[layer - 1] as Float64Array;
    if (layer === 1) sumRows(out, this.#documents, weight, bias);
    else {
      this.#activateUpTo(layer - 1);
      sumDense(out, this.#activations[layer - 2] as Float64Array, weight, bias);
    }
  }

  /** Fills the activations of the layers 1 to `layer`. */
  #activateUpTo(layer: number): void {
    this.#sum(layer);
    const activations = this.#activations[layer - 1] as Float64Array;
    activate(activations, activations, this.#layers[layer - 1] as Layer);
  }

  /** Multiplies the first layer by one factor, so that the mean variance of its sums is what the share of labels asks for. */
  #rescale(): void {
    this.#measure(1);
    const [{ weight, bias, runningVar }] = this.#layers;
    const variance = Array.from(runningVar).reduce((sum, value) => sum + value, 0) / runningVar.length;
    if (variance === 0) return;
    const [{ nRows: nLabeled }] = this.#input.matrices;
    const deviation = Math.min(MAX_SUMS_DEVIATION, (SUMS_DEVIATION * this.#documents.nRows) / nLabeled);
    const factor = deviation / Math.sqrt(variance);
    for (const values of [weight, bias]) {
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
    }
  }

  /** Sets running mean and variance to those of all documents. */
  #measure(layer: number): void {
    const { runningMean, runningVar } = this.#layers[layer - 1] as Layer;
    const sums = this.#activations[layer - 1] as Float64Array;
    const mean = new Float64Array(sums.length);
    const squares = new Float64Array(sums.length);
    const { nRows } = this.#documents;
    for (let document = 0; document < nRows; document++) {
      this.#documents.read(document);
      this.#sum(layer);
      // Welford 1962.
      for (let k = 0; k < sums.length; k++) {
        const difference = (sums[k] as number) - (mean[k] as number);
        mean[k] = (mean[k] as number) + difference / (document + 1);
        squares[k] = (squares[k] as number) + difference * ((sums[k] as number) - (mean[k] as number));
      }
    }
    runningMean.set(mean);
    runningVar.set(squares.map((square) => square / nRows));
  }
}
