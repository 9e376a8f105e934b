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
 * where L(x, y) = (x − y) / (ln x − ln y) is the logarithmic mean, L(x, x) = x. The second line is exact too, and
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

/** A network in use, batch norm folded in as in `FoldedMlp`; the arrays are read only. */
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
 *   of no terms. Exact but for the rounding of the integral to a sum.
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
 * Steps of the integral: doubled from the first number until the sum is right, or the last is reached. The integrand is
 * constant on each linear piece, so the error comes from the pieces' borders alone and falls with the number of steps.
 */
const INTEGRATION_STEPS = { first: 64, last: 4096 } as const;

/** How far the sum of the parts may be from the whole: a share of it, or in nats where the whole is next to nothing. */
const TOLERANCE = { share: 0.005, nats: 0.001 } as const;

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

/** The layers behind sums `factor` · x w1, `[H1]`. */
function forward(network: NetworkView, sums: Float64Array, factor: number): Activations {
  const { b1, scale1, shift1 } = network;
  const hidden1 = relu(sums.map((sum, h) => scale1[h] * (factor * sum + b1[h]) + shift1[h]));
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
  readonly #label: number;
  readonly #against: number;
  readonly #calibration: Calibration;

  constructor({ networks, calibration }: ScoringView, row: SparseRow, label: number, against: number) {
    this.networks = networks;
    this.sums = networks.map((network) => firstLayerSums(network, row));
    this.#label = label;
    this.#against = against;
    this.#calibration = calibration;
  }

  activations(factor: number): readonly Activations[] {
    return this.networks.map((network, m) => forward(network, this.sums[m]!, factor));
  }

  /** ln p of one label in each network, and ln of their sum. */
  #logProbabilities(activations: readonly Activations[], c: number): { readonly each: number[]; readonly sum: number } {
    const each = activations.map(({ logits }) => logits[c] - logSumExp(logits));
    return { each, sum: logSumExp(each) };
  }

  logOdds(activations: readonly Activations[]): number {
    const a = this.#logProbabilities(activations, this.#label).sum;
    const b = this.#logProbabilities(activations, this.#against).sum;
    return (a - b) / this.#calibration.temperature + this.biasDifference;
  }

  get biasDifference(): number {
    const { labelBias } = this.#calibration;
    return (labelBias[this.#label] as number) - (labelBias[this.#against] as number);
  }

  /** For each network w_m / T, and its difference of logits. */
  logitDifferences(
    activations: readonly Activations[],
  ): readonly { readonly weight: number; readonly value: number }[] {
    const a = this.#logProbabilities(activations, this.#label);
    const b = this.#logProbabilities(activations, this.#against);
    const whole = logOfLogarithmicMean(a.sum, b.sum);
    return activations.map(({ logits }, m) => ({
      weight: exponential(logOfLogarithmicMean(a.each[m]!, b.each[m]!) - whole) / this.#calibration.temperature,
      value: logits[this.#label] - logits[this.#against],
    }));
  }

  /** Gradient of logOdds by each network's logits, and through its layers by x w1. */
  gradients(activations: readonly Activations[]): readonly Float64Array[] {
    const a = this.#logProbabilities(activations, this.#label);
    const b = this.#logProbabilities(activations, this.#against);
    const { temperature } = this.#calibration;
    return activations.map((activation, m) => {
      const shareA = exponential(a.each[m]! - a.sum) / temperature;
      const shareB = exponential(b.each[m]! - b.sum) / temperature;
      const logTotal = logSumExp(activation.logits);
      // ∂ ln p_a / ∂ z_c = [c = a] − p_c
      const dLogits = activation.logits.map((logit) => (shareB - shareA) * exponential(logit - logTotal));
      dLogits[this.#label] += shareA;
      dLogits[this.#against] -= shareB;
      return backward(this.networks[m]!, activation, dLogits);
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

/** Mean gradient of each network's x w1 on the straight way from no terms to the document, at the middles of the steps. */
function meanGradients(comparison: Comparison, nSteps: number): readonly Float64Array[] {
  const means = comparison.sums.map((sums) => new Float64Array(sums.length));
  for (let step = 0; step < nSteps; step++) {
    const activations = comparison.activations((step + 0.5) / nSteps);
    comparison.gradients(activations).forEach((gradient, m) => {
      const mean = means[m]!;
      for (let h = 0; h < mean.length; h++) mean[h] += gradient[h] / nSteps;
    });
  }
  return means;
}

/** @see Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", equations 1 and 3 and proposition 1 */
function byIntegratedGradients(comparison: Comparison, row: SparseRow): Attribution {
  const logOdds = comparison.logOdds(comparison.activations(1));
  const constant = comparison.logOdds(comparison.activations(0));
  const tolerance = Math.max(TOLERANCE.share * Math.abs(logOdds), TOLERANCE.nats);
  let nSteps: number = INTEGRATION_STEPS.first;
  let means = meanGradients(comparison, nSteps);
  const gap = () => Math.abs(means.reduce((sum, mean, m) => sum + dot(comparison.sums[m]!, mean), constant) - logOdds);
  while (gap() > tolerance && nSteps < INTEGRATION_STEPS.last) {
    nSteps *= 2;
    means = meanGradients(comparison, nSteps);
  }
  const contributions = new Float64Array(row.nnz);
  means.forEach((mean, m) => {
    addContributions(contributions, row, comparison.networks[m]!, mean, 1);
  });
  return { logOdds, constant, contributions };
}

/**
 * Divides ln(score of `label` / score of `against`) among the terms of a row, in double precision.
 *
 * Time: a few passes through the networks for `active-units`, 64 to some thousands for `integrated-gradients`, and O(nnz H1) for the terms.
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
