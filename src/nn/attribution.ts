/**
 * What each term of a document adds to the odds of one label against another.
 *
 * A network in use is ReLU layers and nothing else, so around a document it is linear: the units that are active stay so. The
 * difference of two logits is then a sum over the document's terms and one constant, exactly.
 *
 * With several networks, whose probabilities are averaged, and a calibration:
 *
 *   ln(score_a / score_b) = (ln Σ_m p_ma − ln Σ_m p_mb) / T + bias_a − bias_b
 *   ln Σ_m p_ma − ln Σ_m p_mb = Σ_m w_m ln(p_ma / p_mb),   w_m = L(p_ma, p_mb) / L(Σ p_ma, Σ p_mb)
 *
 * with p_m a network's probability times its votes, and where L(x, y) = (x − y) / (ln x − ln y) is the logarithmic mean, L(x, x) = x. The second line is exact too, and
 * ln(p_ma / p_mb) is network m's difference of logits.
 *
 * Legend: V terms, H1 … H3 hidden units, C labels, a the label that is explained, b the one it is compared with.
 *
 * @see Montúfar, Pascanu, Cho and Bengio 2014, "On the Number of Linear Regions of Deep Neural Networks", for the linear pieces;
 * Ang 2004, "Decomposition analysis for policymaking in energy: which is the preferred method?", for the logarithmic mean
 */

import type { SparseRow } from "../features/sparse-row.js";
import { exponential, naturalLogarithm } from "../kernels/math.js";
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

/** Networks over one vocabulary and what is done with their probabilities. */
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
 * - `integrated-gradients`: by the mean gradient on the straight way from no terms to the document; the constant is the odds
 *   of no terms. The way is cut where a unit turns on or off, so that no step hides a bend.
 */
export type AttributionMethod = (typeof ATTRIBUTION_METHODS)[number];

/** `logOdds` = `constant` + the sum of `contributions`; all in nats. */
export interface Attribution {
  /** ln(score_a / score_b) */
  readonly logOdds: number;
  readonly constant: number;
  /** `[nnz]`, at the places of the row's columns. */
  readonly contributions: Float64Array;
}

/**
 * Bends of the way that lie nearer to each other are passed at once, and parts of it that are shorter are not halved. What lies
 * in so short a part cannot be seen in the sum, and each step is longer than the rounding of the place.
 */
const SHORTEST_PART = 2 ** -40;

/** A part of the way is halved while the sum of its contributions is further from what the odds gain on it: nats, or share of the odds. */
const PART_TOLERANCE = 1e-9;

/** Gauss-Legendre quadrature with three points on [0, 1]: exact for polynomials of degree five. */
const QUADRATURE = [
  { place: (1 - Math.sqrt(0.6)) / 2, weight: 5 / 18 },
  { place: 1 / 2, weight: 4 / 9 },
  { place: (1 + Math.sqrt(0.6)) / 2, weight: 5 / 18 },
] as const;

interface Logits {
  readonly logits: Float64Array;
}

interface Activations extends Logits {
  readonly hidden1: Float64Array;
  readonly hidden2: Float64Array;
  readonly hidden3: Float64Array;
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

/** ln Σ e^x */
function logSumExp(exponents: ArrayLike<number>): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < exponents.length; i++) greatest = Math.max(greatest, exponents[i]);
  let sum = 0;
  for (let i = 0; i < exponents.length; i++) sum += exponential(exponents[i] - greatest);
  return greatest + naturalLogarithm(sum);
}

/** ln(sinh(t) / t) for t ≥ 0. */
function logSinhRatio(t: number): number {
  // Where e^-2t is below half a unit in the last place, sinh(t) is e^t / 2.
  if (t > 20) return t - naturalLogarithm(2 * t);
  // The series' next term, t⁴ / 180, is below the last place there.
  if (t < 1e-4) return (t * t) / 6;
  return naturalLogarithm((exponential(t) - exponential(-t)) / (2 * t));
}

/** ln L(e^u, e^v) for the logarithmic mean L: the geometric mean times sinh(t) / t, t half the difference of the exponents. */
function logOfLogarithmicMean(u: number, v: number): number {
  return (u + v) / 2 + logSinhRatio(Math.abs(u - v) / 2);
}

/** Scores one document for two labels with everything that attribution needs. */
class Comparison {
  readonly networks: readonly NetworkView[];
  readonly sums: readonly Float64Array[];
  readonly #logVotes: readonly number[];
  readonly #label: number;
  readonly #against: number;
  readonly #calibration: Calibration;

  constructor({ networks, calibration }: ScoringView, row: SparseRow, label: number, against: number) {
    this.networks = networks;
    this.#logVotes = networks.map(({ votes }) => naturalLogarithm(votes));
    this.sums = networks.map((network) => firstLayerSums(network, row));
    this.#label = label;
    this.#against = against;
    this.#calibration = calibration;
  }

  activations(factor: number): readonly Activations[] {
    return this.networks.map((network, m) => forward(network, this.sums[m]!, factor));
  }

  /** ln of votes · p of one label in each network, and ln of their sum. */
  #logProbabilities(activations: readonly Logits[], c: number): { readonly each: number[]; readonly sum: number } {
    const each = activations.map(({ logits }, m) => this.#logVotes[m]! + logits[c] - logSumExp(logits));
    return { each, sum: logSumExp(each) };
  }

  logOdds(activations: readonly Logits[]): number {
    const a = this.#logProbabilities(activations, this.#label).sum;
    const b = this.#logProbabilities(activations, this.#against).sum;
    return (a - b) / this.#calibration.temperature + this.biasDifference;
  }

  get biasDifference(): number {
    const { labelBias } = this.#calibration;
    return (labelBias[this.#label] as number) - (labelBias[this.#against] as number);
  }

  /** For each network w_m / T, and its difference of logits. */
  logitDifferences(activations: readonly Logits[]): readonly { readonly weight: number; readonly value: number }[] {
    const a = this.#logProbabilities(activations, this.#label);
    const b = this.#logProbabilities(activations, this.#against);
    const whole = logOfLogarithmicMean(a.sum, b.sum);
    return activations.map(({ logits }, m) => ({
      weight: exponential(logOfLogarithmicMean(a.each[m]!, b.each[m]!) - whole) / this.#calibration.temperature,
      value: logits[this.#label] - logits[this.#against],
    }));
  }

  /** Gradient of logOdds by each network's logits, `[C]` each. */
  logitGradients(activations: readonly Logits[]): readonly Float64Array[] {
    const a = this.#logProbabilities(activations, this.#label);
    const b = this.#logProbabilities(activations, this.#against);
    const { temperature } = this.#calibration;
    return activations.map(({ logits }, m) => {
      const shareA = exponential(a.each[m]! - a.sum) / temperature;
      const shareB = exponential(b.each[m]! - b.sum) / temperature;
      const logTotal = logSumExp(logits);
      // ∂ ln p_a / ∂ z_c = [c = a] − p_c
      const dLogits = logits.map((logit) => (shareB - shareA) * exponential(logit - logTotal));
      dLogits[this.#label] += shareA;
      dLogits[this.#against] -= shareB;
      return dLogits;
    });
  }

  /** Gradient of the difference of two logits by x w1. */
  differenceGradient(m: number, activation: Activations): Float64Array {
    const dLogits = new Float64Array(activation.logits.length);
    dLogits[this.#label] = 1;
    dLogits[this.#against] = -1;
    return backward(this.networks[m]!, activation, dLogits);
  }
}

function dot(left: FloatArray, right: Float64Array): number {
  let sum = 0;
  for (let h = 0; h < right.length; h++) sum += left[h] * right[h];
  return sum;
}

/** Adds factor · x_j · (w1_j · gradient) to each term's contribution. */
function addContributions(
  contributions: Float64Array,
  { indices, values }: SparseRow,
  network: NetworkView,
  gradient: Float64Array,
  factor: number,
): void {
  for (let k = 0; k < contributions.length; k++) {
    contributions[k] += factor * values[k] * dot(network.termWeights(indices[k]), gradient);
  }
}

function byActiveUnits(comparison: Comparison, row: SparseRow): Attribution {
  const contributions = new Float64Array(row.nnz);
  const activations = comparison.activations(1);
  let constant = comparison.biasDifference;
  comparison.logitDifferences(activations).forEach(({ weight, value }, m) => {
    const gradient = comparison.differenceGradient(m, activations[m]!);
    addContributions(contributions, row, comparison.networks[m]!, gradient, weight);
    constant += weight * (value - dot(comparison.sums[m]!, gradient));
  });
  return { logOdds: comparison.logOdds(activations), constant, contributions };
}

/** One network between two bends of the way. */
interface Piece {
  /** A place on the piece, and the network there. */
  readonly place: number;
  readonly activations: Activations;
  /** `[C]` What the logits gain for each unit of the way. */
  readonly slopes: Float64Array;
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
  const [hidden3, slopes3] = activate(
    linear(hidden2, network.w3, network.b3),
    slopeOf(slopes2, network.w3, network.b3),
  );
  const logits = linear(hidden3, network.w4, network.b4);
  const slopes = slopeOf(slopes3, network.w4, network.b4);
  return { place, activations: { hidden1, hidden2, hidden3, logits }, slopes, end };
}

/** The networks at a place of their pieces. */
function logitsAt(pieces: readonly Piece[], place: number): readonly Logits[] {
  return pieces.map((piece) => ({
    logits: piece.activations.logits.map((logit, c) => logit + (place - piece.place) * piece.slopes[c]),
  }));
}

/** Adds the integral of the gradient by each network's logits over [start, end], which no bend divides, to `integrals`. */
function integrate(
  comparison: Comparison,
  pieces: readonly Piece[],
  start: number,
  end: number,
  integrals: readonly Float64Array[],
): void {
  const width = end - start;
  const parts = pieces.map(({ slopes }) => new Float64Array(slopes.length));
  for (const { place, weight } of QUADRATURE) {
    comparison.logitGradients(logitsAt(pieces, start + place * width)).forEach((gradient, m) => {
      const part = parts[m]!;
      for (let c = 0; c < part.length; c++) part[c] += weight * width * gradient[c];
    });
  }
  const before = comparison.logOdds(logitsAt(pieces, start));
  const after = comparison.logOdds(logitsAt(pieces, end));
  const gap = parts.reduce((sum, part, m) => sum + dot(pieces[m]!.slopes, part), before - after);
  const tolerance = PART_TOLERANCE * Math.max(1, Math.abs(before), Math.abs(after));
  if (Math.abs(gap) > tolerance && width > SHORTEST_PART) {
    const middle = (start + end) / 2;
    integrate(comparison, pieces, start, middle, integrals);
    integrate(comparison, pieces, middle, end, integrals);
    return;
  }
  parts.forEach((part, m) => {
    const integral = integrals[m]!;
    for (let c = 0; c < part.length; c++) integral[c] += part[c];
  });
}

/**
 * Mean gradient of each network's x w1 on the straight way from no terms to the document.
 *
 * Between two bends a network is linear on the way, so its logits are known everywhere from one pass, and only the gradient by
 * the logits has to be integrated. A network is asked anew only behind a bend of its own.
 */
function meanGradients(comparison: Comparison): readonly Float64Array[] {
  const { networks, sums } = comparison;
  const means = sums.map((each) => new Float64Array(each.length));
  const pieces = networks.map((network, m) => pieceAfter(network, sums[m]!, 0));
  const integrals = pieces.map(({ slopes }) => new Float64Array(slopes.length));
  for (let start = 0; start < 1; ) {
    const end = Math.min(1, Math.max(start + SHORTEST_PART, Math.min(...pieces.map((piece) => piece.end))));
    integrate(comparison, pieces, start, end, integrals);
    pieces.forEach((piece, m) => {
      if (piece.end > end && end < 1) return;
      const gradient = backward(networks[m]!, piece.activations, integrals[m]!);
      const mean = means[m]!;
      for (let h = 0; h < mean.length; h++) mean[h] += gradient[h];
      integrals[m]!.fill(0);
      if (end < 1) pieces[m] = pieceAfter(networks[m]!, sums[m]!, end);
    });
    start = end;
  }
  return means;
}

/** @see Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", equations 1 and 3 and proposition 1 */
function byIntegratedGradients(comparison: Comparison, row: SparseRow): Attribution {
  const contributions = new Float64Array(row.nnz);
  meanGradients(comparison).forEach((mean, m) => {
    addContributions(contributions, row, comparison.networks[m]!, mean, 1);
  });
  const constant = comparison.logOdds(comparison.activations(0));
  return { logOdds: comparison.logOdds(comparison.activations(1)), constant, contributions };
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
  scoring: ScoringView,
  row: SparseRow,
  label: number,
  against: number,
  method: AttributionMethod,
): Attribution {
  const comparison = new Comparison(scoring, row, label, against);
  return method === "active-units" ? byActiveUnits(comparison, row) : byIntegratedGradients(comparison, row);
}
