/**
 * What each term of a document adds to the odds of one label against another.
 *
 * A network in use is ReLU layers and nothing else, so around a document it is linear: the units that are active stay so. The
 * difference of two logits is then a sum over the document's terms and one constant, exactly.
 *
 * With several networks, whose logits z_m are averaged by votes v_m, a temperature T and biases, it is still such a sum:
 *
 *   d = l_a − l_b = Σ_m v_m / (T Σ_k v_k) (z_ma − z_mb) + bias_a − bias_b
 *
 * and so are the log odds, which a flattened share makes smaller, all parts by one factor r of the document, in [½, 1]:
 *
 *   ln(score_a / score_b) = r d
 *
 * Legend: V terms, H1 … H3 hidden units, C labels, a the label that is explained, b the one it is compared with.
 *
 * @see Montúfar, Pascanu, Cho and Bengio 2014, "On the Number of Linear Regions of Deep Neural Networks", for the linear pieces
 */

import type { SparseRow } from "../features/sparse-row.js";
import type { FloatArray } from "../kernels/mlp.js";
import type { Calibration } from "./calibration.js";

/** A network in use, batch norm folded in as in `MlpInference`; the arrays are read only. */
export interface NetworkView {
  /** Row of w1, `[H1]`; overwritten by the next call. */
  readonly termWeights: (column: number) => FloatArray;
  /** `[H1]` */
  readonly b1: FloatArray;
  /** `[H1]` */
  readonly scale1: FloatArray;
  /** `[H1]` */
  readonly shift1: FloatArray;
  /** `[H1, H2]` */
  readonly w2: FloatArray;
  /** `[H2]` */
  readonly b2: FloatArray;
  /** `[H2, H3]` */
  readonly w3: FloatArray;
  /** `[H3]` */
  readonly b3: FloatArray;
  /** `[H3, C]` */
  readonly w4: FloatArray;
  /** `[C]` */
  readonly b4: FloatArray;
  /** How often the network counts in the mean. */
  readonly votes: number;
}

/** Networks over one vocabulary and what is done with their logits. */
export interface ScoringView {
  /** At least one. */
  readonly networks: readonly NetworkView[];
  readonly calibration: Calibration;
}

export const ATTRIBUTION_METHODS = ["active-units", "integrated-gradients"] as const;

/**
 * How the odds are divided among the terms.
 *
 * - `active-units`: by the weights of the linear piece that the document lies in. Exact; the constant is what the piece
 *   gives where no term is.
 * - `integrated-gradients`: by the mean gradient on the straight way from no terms to the document; the constant is the
 *   difference d of no terms, times the document's r. The way is cut where a unit turns on or off, so that no step hides a bend.
 */
export type AttributionMethod = (typeof ATTRIBUTION_METHODS)[number];

/** `logOdds` = `constant` + the sum of `contributions`; all in nats. */
export interface Attribution {
  /** ln(score_a / score_b) */
  readonly logOdds: number;
  /** What speaks for label a where no term is; multiplied by r like the contributions. */
  readonly constant: number;
  /** `[nnz]`, at the places of the row's columns. */
  readonly contributions: Float64Array;
}

/**
 * Bends of the way that lie nearer to each other are passed at once: what lies in so short a part cannot be seen in the sum, and
 * each step is longer than the rounding of the place.
 */
const SHORTEST_PART = 2 ** -40;

interface Activations {
  readonly hidden1: Float64Array;
  readonly hidden2: Float64Array;
  readonly hidden3: Float64Array;
  readonly logits: Float64Array;
}

/** out[o] = bias[o] + Σ_i input[i] weight[i, o] */
function linear(input: Float64Array, weight: FloatArray, bias: FloatArray): Float64Array {
  const out = Float64Array.from(bias);
  for (let i = 0; i < input.length; i++) {
    if (input[i] === 0) continue;
    for (let o = 0; o < out.length; o++) out[o] += input[i] * weight[i * out.length + o];
  }
  return out;
}

/** dInput[i] = Σ_o dOut[o] weight[i, o] where input[i] > 0, else 0: backwards through a layer and the ReLU before it. */
function linearBackward(dOut: Float64Array, weight: FloatArray, input: Float64Array): Float64Array {
  const dInput = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) {
    if (input[i] === 0) continue;
    for (let o = 0; o < dOut.length; o++) dInput[i] += dOut[o] * weight[i * dOut.length + o];
  }
  return dInput;
}

function relu(values: Float64Array): Float64Array {
  return values.map((value) => (value > 0 ? value : 0));
}

/** What goes into the first layer's units, `[H1]`, with sums `factor` · x w1. */
function firstInputs({ b1, scale1, shift1 }: NetworkView, sums: Float64Array, factor: number): Float64Array {
  return sums.map((sum, h) => scale1[h] * (factor * sum + b1[h]) + shift1[h]);
}

/** The layers behind sums `factor` · x w1, `[H1]`. */
function forward(network: NetworkView, sums: Float64Array, factor: number): Activations {
  const hidden1 = relu(firstInputs(network, sums, factor));
  const hidden2 = relu(linear(hidden1, network.w2, network.b2));
  const hidden3 = relu(linear(hidden2, network.w3, network.b3));
  return { hidden1, hidden2, hidden3, logits: linear(hidden3, network.w4, network.b4) };
}

/** Gradient of x w1, `[H1]`, from that of the logits. */
function backward(
  network: NetworkView,
  { hidden1, hidden2, hidden3 }: Activations,
  dLogits: Float64Array,
): Float64Array {
  const dHidden3 = linearBackward(dLogits, network.w4, hidden3);
  const dHidden2 = linearBackward(dHidden3, network.w3, hidden2);
  const dHidden1 = linearBackward(dHidden2, network.w2, hidden1);
  return dHidden1.map((gradient, h) => gradient * network.scale1[h]);
}

/** x w1, `[H1]` */
function firstLayerSums(network: NetworkView, { indices, values, nnz }: SparseRow): Float64Array {
  const sums = new Float64Array(network.b1.length);
  for (let k = 0; k < nnz; k++) {
    const weights = network.termWeights(indices[k]);
    for (let h = 0; h < sums.length; h++) sums[h] += values[k] * weights[h];
  }
  return sums;
}

/** One network's part in the odds of two labels, for one document. */
class Comparison {
  /** What its difference of logits counts for. */
  readonly weight: number;
  /** `[H1]` x w1 */
  readonly sums: Float64Array;
  readonly #network: NetworkView;
  readonly #label: number;
  readonly #against: number;

  constructor(network: NetworkView, weight: number, row: SparseRow, label: number, against: number) {
    this.weight = weight;
    this.sums = firstLayerSums(network, row);
    this.#network = network;
    this.#label = label;
    this.#against = against;
  }

  /** The network with the document's values multiplied by `factor`. */
  at(factor: number): Activations {
    return forward(this.#network, this.sums, factor);
  }

  difference({ logits }: Activations): number {
    return logits[this.#label] - logits[this.#against];
  }

  /** `[H1]` Gradient of the difference by x w1. */
  gradient(activations: Activations): Float64Array {
    const dLogits = new Float64Array(activations.logits.length);
    dLogits[this.#label] = 1;
    dLogits[this.#against] = -1;
    return backward(this.#network, activations, dLogits);
  }

  /** `[H1]` Mean gradient on the straight way from no terms to the document, which is cut where a unit turns on or off. */
  meanGradient(): Float64Array {
    const mean = new Float64Array(this.sums.length);
    for (let start = 0; start < 1; ) {
      const piece = pieceAfter(this.#network, this.sums, start);
      const end = Math.min(1, Math.max(start + SHORTEST_PART, piece.end));
      const gradient = this.gradient(piece.activations);
      for (let h = 0; h < mean.length; h++) mean[h] += (end - start) * gradient[h];
      start = end;
    }
    return mean;
  }

  /** Adds weight · x_j · (w1_j · gradient) to each term's contribution. */
  addContributions(contributions: Float64Array, { indices, values }: SparseRow, gradient: Float64Array): void {
    for (let k = 0; k < contributions.length; k++) {
      contributions[k] += this.weight * values[k] * dot(this.#network.termWeights(indices[k]), gradient);
    }
  }
}

function dot(left: FloatArray, right: Float64Array): number {
  let sum = 0;
  for (let h = 0; h < right.length; h++) sum += left[h] * right[h];
  return sum;
}

/** One network between two bends of the way. */
interface Piece {
  /** The network at a place on it. */
  readonly activations: Activations;
  /** Where the next unit turns on or off, at most 1. */
  readonly end: number;
}

/** Where a unit's input, `value` at `place`, turns its sign, if that is ahead. */
function bendOf(value: number, slope: number, place: number): number {
  return value * slope < 0 ? place - value / slope : Number.POSITIVE_INFINITY;
}

/** The piece of a network right after a place of the way; at place t the document's values are multiplied by t. */
function pieceAfter(network: NetworkView, sums: Float64Array, start: number): Piece {
  const place = start + SHORTEST_PART / 2;
  let end = 1;
  const activate = (inputs: Float64Array, slopes: Float64Array): readonly [Float64Array, Float64Array] => {
    inputs.forEach((input, unit) => {
      end = Math.min(end, bendOf(input, slopes[unit], place));
    });
    return [relu(inputs), slopes.map((slope, unit) => (inputs[unit] > 0 ? slope : 0))];
  };
  const slopeOf = (slopes: Float64Array, weight: FloatArray, bias: FloatArray) =>
    linear(slopes, weight, new Float64Array(bias.length));
  const [hidden1, slopes1] = activate(
    firstInputs(network, sums, place),
    sums.map((sum, h) => network.scale1[h] * sum),
  );
  const [hidden2, slopes2] = activate(
    linear(hidden1, network.w2, network.b2),
    slopeOf(slopes1, network.w2, network.b2),
  );
  const [hidden3] = activate(linear(hidden2, network.w3, network.b3), slopeOf(slopes2, network.w3, network.b3));
  const logits = linear(hidden3, network.w4, network.b4);
  return { activations: { hidden1, hidden2, hidden3, logits }, end };
}

/**
 * Returns r = ln(score_a / score_b) / (l_a − l_b), in [½, 1]: what a flattened share w makes of the difference of two logits.
 *
 * score_c is √e_c (α √e_c + β) with e_c = exp(l_c − max l), α = (1 − w) / Σ_k e_k and β = w / Σ_k √e_k. Let a be the label with
 * the greater score, φ = α √e_a / (α √e_a + β) the part of its score that is not flattened, and h = (l_a − l_b) / 2 ≥ 0. Then
 *
 *   ln(score_a / score_b) = h − ln(1 − φ + φ e^−h)
 *
 * and where h goes to 0, r goes to (1 + φ) / 2.
 *
 * @param logits `[C]` l
 */
function flatteningFactor(logits: Float64Array, flattenedShare: number, label: number, against: number): number {
  if (flattenedShare === 0) return 1;
  const greatest = Math.max(...logits);
  const roots = logits.map((logit) => Math.exp((logit - greatest) / 2));
  const alpha = (1 - flattenedShare) / dot(roots, roots);
  const beta = flattenedShare / roots.reduce((sum, root) => sum + root, 0);
  const [greater, less] = logits[label] > logits[against] ? [label, against] : [against, label];
  const total = alpha * roots[greater] + beta;
  const plain = (alpha * roots[greater]) / total;
  const half = (logits[greater] - logits[less]) / 2;
  if (half === 0) return (1 + plain) / 2;
  // Each form is exact where the other loses digits: 1 − φ + φ e^−h is near 1 for a small h, and may be near 0 for a large one.
  const lost = half < 1 ? Math.log1p(plain * Math.expm1(-half)) : Math.log(beta / total + plain * Math.exp(-half));
  return Math.min(1, (half - lost) / (2 * half));
}

/**
 * Divides ln(score of `label` / score of `against`) among the terms of a row, in double precision.
 *
 * Time: a few passes through the networks for `active-units`, a few for each bend of the way for `integrated-gradients`, of which
 * there are about as many as units that turn on or off on it, and O(nnz H1) for the terms.
 *
 * @param row a document as the networks see it
 * @param label number of the label that is explained
 * @param against number of another label
 */
export function attribute(
  { networks, calibration: { temperature, flattenedShare, labelBias } }: ScoringView,
  row: SparseRow,
  label: number,
  against: number,
  method: AttributionMethod,
): Attribution {
  const nVotes = networks.reduce((sum, { votes }) => sum + votes, 0);
  const contributions = new Float64Array(row.nnz);
  const logits = Float64Array.from(labelBias);
  let constant = logits[label] - logits[against];
  let total = constant;
  for (const network of networks) {
    const comparison = new Comparison(network, network.votes / nVotes / temperature, row, label, against);
    const here = comparison.at(1);
    const difference = comparison.difference(here);
    total += comparison.weight * difference;
    for (let c = 0; c < logits.length; c++) logits[c] += comparison.weight * here.logits[c];
    if (method === "active-units") {
      const gradient = comparison.gradient(here);
      comparison.addContributions(contributions, row, gradient);
      constant += comparison.weight * (difference - dot(comparison.sums, gradient));
    } else {
      // Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", equations 1 and 3 and proposition 1.
      comparison.addContributions(contributions, row, comparison.meanGradient());
      constant += comparison.weight * comparison.difference(comparison.at(0));
    }
  }
  const factor = flatteningFactor(logits, flattenedShare, label, against);
  return {
    logOdds: factor * total,
    constant: factor * constant,
    contributions: contributions.map((contribution) => factor * contribution),
  };
}
