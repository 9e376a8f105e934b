/** What every implementation of MlpKernels must do with networks in use; expected values are the formulas in double. */
import { describe, expect, it } from "vitest";
import { exponential } from "../../src/kernels/math.js";
import type { MlpKernelFactory, ScoringBuffers } from "../../src/kernels/mlp.js";
import { type PackedRows, packFloat16, packInt8, unpackRows } from "../../src/kernels/packed-rows.js";
import { expectClose, sum, Workbench } from "./workbench.js";

/** Hidden units by network and layer: pieces of 32, 8, 4 and less, and one network alone. */
const NETWORKS = [
  [[32, 32, 32]],
  [
    [3, 2, 5],
    [75, 33, 1],
    [8, 40, 36],
  ],
  [
    [1, 1, 1],
    [7, 7, 7],
  ],
] as const;
const TYPES = ["float32", "float16", "int8"] as const;
const N_TERMS = 6;
const N_LABELS = 5;
/** Rows of terms and values; term 2 is in none, and its row of w1 is never read. */
const ROWS = [
  [
    [0, 0.5],
    [3, -0.25],
    [5, 0.75],
  ],
  [],
  [[1, 1]],
] as const;

interface Scoring {
  readonly bench: Workbench;
  readonly buffers: ScoringBuffers;
  /** `[V, U]` what stands in the first layers. */
  readonly w1: Float32Array;
}

function makeScoring(
  factory: MlpKernelFactory,
  hiddenUnits: readonly (readonly number[])[],
  type: (typeof TYPES)[number],
  calibration: readonly number[],
): Scoring {
  const bench = new Workbench(factory);
  const { kernels } = bench;
  const total = (sizeOf: (units: readonly number[]) => number): number =>
    hiddenUnits.reduce((all, units) => all + sizeOf(units), 0);
  const nUnits = total(([h1]) => h1!);
  const floats = bench.input(N_TERMS * nUnits);
  const widths = Uint32Array.from(hiddenUnits, ([h1]) => h1!);
  const packed: PackedRows | null =
    type === "float32"
      ? null
      : type === "float16"
        ? packFloat16(floats.slice(), nUnits)
        : packInt8(floats.slice(), widths);
  if (packed === null) floats.fill(Number.NaN, 2 * nUnits, 3 * nUnits);
  const doubles = kernels.allocateDoubles(2 + N_LABELS);
  doubles.set(calibration);
  const nHidden2 = total(([, h2]) => h2!);
  const nHidden3 = total(([, , h3]) => h3!);
  const buffers: ScoringBuffers = {
    w1: packed === null ? floats : kernels.adoptPacked(packed),
    b1: bench.input(nUnits),
    scale1: bench.input(nUnits),
    shift1: bench.input(nUnits),
    w2: bench.input(total(([h1, h2]) => h1! * h2!)),
    b2: bench.input(nHidden2),
    w3: bench.input(total(([, h2, h3]) => h2! * h3!)),
    b3: bench.input(nHidden3),
    w4: bench.input(nHidden3 * N_LABELS),
    b4: bench.input(hiddenUnits.length * N_LABELS),
    widths: bench.indices([0, 1, 2].flatMap((layer) => hiddenUnits.map((units) => units[layer]!))),
    votes: bench.indices(hiddenUnits.map((_, m) => m + 1)),
    calibration: doubles,
    powers: kernels.allocateDoubles(N_LABELS + 1),
    columns: kernels.allocateIndices(N_TERMS),
    values: kernels.allocate(N_TERMS),
    hidden1: bench.output(nUnits),
    hidden2: bench.output(nHidden2),
    hidden3: bench.output(nHidden3),
    logits: bench.output(hiddenUnits.length * N_LABELS),
    scores: bench.output(N_LABELS),
  };
  return { bench, buffers, w1: packed === null ? floats : unpackRows(packed) };
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const total = powers.reduce((all, power) => all + power);
  return powers.map((power) => power / total);
}

/** Checks each layer of each network against the one before it, as the kernels hold it, so that no error grows. */
function expectScores({ buffers, w1 }: Scoring, row: readonly (readonly [number, number])[]): void {
  const { b1, scale1, shift1, hidden1, hidden2, hidden3, logits, scores } = buffers;
  const nUnits = b1.length;
  const nNetworks = buffers.votes.length;
  expectClose(hidden1, (h) => {
    const sums = row.reduce((all, [term, value]) => all + value * w1[term * nUnits + h]!, b1[h]!);
    return Math.max(0, scale1[h]! * sums + shift1[h]!);
  });
  const places = [0, 0, 0];
  const weightPlaces = [0, 0, 0];
  for (let m = 0; m < nNetworks; m++) {
    const units = [0, 1, 2].map((layer) => buffers.widths[layer * nNetworks + m]!);
    for (const [layer, [input, weight, bias, out, width]] of (
      [
        [hidden1, buffers.w2, buffers.b2, hidden2, units[1]!],
        [hidden2, buffers.w3, buffers.b3, hidden3, units[2]!],
        [hidden3, buffers.w4, buffers.b4, logits, N_LABELS],
      ] as const
    ).entries()) {
      const nInputs = units[layer]!;
      const outStart = layer === 2 ? m * N_LABELS : places[layer + 1]!;
      const [inputStart, weightStart] = [places[layer]!, weightPlaces[layer]!];
      expectClose(out.slice(outStart, outStart + width), (o) => {
        const product = (i: number) => input[inputStart + i]! * weight[weightStart + i * width + o]!;
        const total = bias[outStart + o]! + sum(nInputs, product);
        return layer === 2 ? total : Math.max(0, total);
      });
      weightPlaces[layer] = weightStart + nInputs * width;
    }
    for (const [layer, width] of units.entries()) places[layer] = places[layer]! + width;
  }
  // Network m has m + 1 votes.
  const mean = (c: number) => sum(nNetworks, (m) => (m + 1) * logits[m * N_LABELS + c]!) / sum(nNetworks, (m) => m + 1);
  const [temperature, flattenedShare, ...labelBias] = buffers.calibration;
  const calibrated = labelBias.map((bias, c) => mean(c) / temperature! + bias);
  const [plain, flattened] = [softmax(calibrated), softmax(calibrated.map((logit) => logit / 2))];
  expectClose(scores, (c) => (1 - flattenedShare!) * plain[c]! + flattenedShare! * flattened[c]!);
}

/** Temperature, flattened share, biases. */
const NO_CALIBRATION = [1, 0, 0, 0, 0, 0, 0];

export function describeScoring(name: string, factory: MlpKernelFactory): void {
  describe(`MLP kernels in use: ${name}`, () => {
    describe.each(TYPES)("with first layers of %s", (type) => {
      it.each(NETWORKS.map((units) => ({ units })))("score rows with networks of $units", ({ units }) => {
        const scoring = makeScoring(factory, units, type, [1.5, 0.375, 0, 0.25, -0.5, 0, 0.125]);
        const { columns, values } = scoring.buffers;
        const score = scoring.bench.kernels.bindScoring(scoring.buffers);
        for (const row of ROWS) {
          for (const [k, [term, value]] of row.entries()) {
            columns[k] = term;
            values[k] = value;
          }
          score(row.length);
          expectScores(scoring, row);
        }
      });

      it("refuse a term that there is not, and a row that is too long", () => {
        const { bench, buffers } = makeScoring(factory, [[8, 4, 4]], type, NO_CALIBRATION);
        const score = bench.kernels.bindScoring(buffers);
        buffers.columns[1] = N_TERMS;
        expect(() => score(1)).not.toThrow();
        expect(() => score(2)).toThrow("Bug:");
        buffers.columns.fill(0);
        expect(() => score(N_TERMS)).not.toThrow();
        expect(() => score(N_TERMS + 1)).toThrow("Bug:");
      });
    });

    it.each(["float16", "int8"] as const)("show each row of first layers of %s", (type) => {
      const { buffers, w1 } = makeScoring(factory, NETWORKS[1], type, NO_CALIBRATION);
      if (!("unpackRow" in buffers.w1)) throw new Error("not packed");
      const nUnits = buffers.b1.length;
      expect([buffers.w1.nRows, buffers.w1.nColumns]).toEqual([N_TERMS, nUnits]);
      const row = new Float32Array(nUnits);
      for (let term = 0; term < N_TERMS; term++) {
        buffers.w1.unpackRow(term, row);
        expect(row).toEqual(w1.slice(term * nUnits, (term + 1) * nUnits));
      }
    });

    /** Scores of networks whose logits are their biases. */
    const scoresOf = (biases: readonly (readonly number[])[], calibration: readonly number[]): Float32Array => {
      const units = biases.map(() => [1, 1, 1]);
      const { bench, buffers } = makeScoring(factory, units, "float32", calibration);
      buffers.w4.fill(0);
      buffers.b4.set(biases.flat());
      bench.kernels.bindScoring(buffers)(0);
      return buffers.scores;
    };
    const logarithms = [5, 3, 2, 2, 2].map(Math.log);

    it("raise probabilities to 1 / temperature", () => {
      // Of 14ths, at temperature ½: squares 25, 9, 4, 4, 4; their sum is 46.
      expectClose(scoresOf([logarithms], [0.5, 0, 0, 0, 0, 0, 0]), (c) => [25, 9, 4, 4, 4][c]! / 46);
    });

    it("multiply probabilities by e^bias", () => {
      // e^ln 3 = 3: 15, 3, 2, 2, 2; their sum is 24.
      expectClose(scoresOf([logarithms], [1, 0, Math.log(3), 0, 0, 0, 0]), (c) => [15, 3, 2, 2, 2][c]! / 24);
    });

    it("mix in a share of the scores at twice the temperature", () => {
      // Of 16ths 9, 4, 1, 1, 1; their roots 3, 2, 1, 1, 1 are of 8ths: 3/4 · 9/16 + 1/4 · 3/8 = 33/64, and so on.
      const squares = [9, 4, 1, 1, 1].map(Math.log);
      expectClose(scoresOf([squares], [1, 0.25, 0, 0, 0, 0, 0]), (c) => [33, 16, 5, 5, 5][c]! / 64);
      expectClose(scoresOf([squares], [1, 1, 0, 0, 0, 0, 0]), (c) => [3, 2, 1, 1, 1][c]! / 8);
      // The bias goes into both: 9, 1, 1, 1, 4 becomes 9, 4, 1, 1, 4 of 19; roots 3, 2, 1, 1, 2 of 9.
      const biased = scoresOf([[9, 1, 1, 1, 4].map(Math.log)], [1, 0.5, 0, Math.log(4), 0, 0, 0]);
      expectClose(biased, (c) => [9, 4, 1, 1, 4][c]! / 38 + [3, 2, 1, 1, 2][c]! / 18);
    });

    it("give the same bits with no flattened share as the softmax alone", () => {
      const logits = [1.25, -0.5, 0.375, 3, -2];
      const powers = logits.map((logit) => exponential((logit - 3) / 1.5));
      const total = powers.reduce((all, power) => all + power);
      expect([...scoresOf([logits], [1.5, 0, 0, 0, 0, 0, 0])]).toEqual(powers.map((each) => Math.fround(each / total)));
    });

    it("keep 0 and 1 at the ends of all ranges", () => {
      for (const share of [0, 0.5, 1]) {
        expect([...scoresOf([[0, 1000, 0, 0, 0]], [0.001, share, 1000, -1000, 0, 0, 0])]).toEqual([0, 1, 0, 0, 0]);
      }
    });

    it("do not lose flattened scores of probabilities that single precision has none of", () => {
      // e^-120 is 0 in single precision, its root e^-60 is not; e^-900 is 0 in double, too.
      const scores = scoresOf([[0, -120, -900, -900, -900]], [1, 0.5, 0, 0, 0, 0, 0]);
      expect(scores[1]! / (0.5 * Math.exp(-60))).toBeCloseTo(1, 6);
      expect([...scores.subarray(2)]).toEqual([0, 0, 0]);
      expect(scores[0]).toBe(1);
    });

    it("give the softmax of the mean of the logits by votes where the calibration changes nothing", () => {
      // Votes 1 and 2: means of ln 8 and 0, and of 0 and ln 8, are ln 2 and ln 4 behind the thirds: 2, 4, 1, 1, 1 of 9.
      const [eight, zero] = [Math.log(8), 0];
      const [first, second] = [
        [eight, zero, 0, 0, 0],
        [zero, eight, 0, 0, 0],
      ];
      expectClose(scoresOf([first, second], NO_CALIBRATION), (c) => [2, 4, 1, 1, 1][c]! / 9);
      expect(scoresOf([[0, 1000, 0, 0, 0]], NO_CALIBRATION)[1]).toBe(1);
    });
  });
}
