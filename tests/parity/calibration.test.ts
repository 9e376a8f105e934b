import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fitCalibration } from "../../src/training/fit-calibration.js";

interface Example {
  readonly name: string;
  readonly nLabels: number;
  readonly probabilities: readonly number[];
  readonly labels: readonly number[];
  readonly temperature: number;
  readonly flattenedShare: number;
  /** A row. */
  readonly logLikelihood: number;
}

const { cases } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../fixtures/calibration/cases.json"), "utf8"),
) as { readonly cases: readonly Example[] };

/** Both numbers: the likelihood is flat at its greatest, so scipy's gradient by differences ends near it. */
const TOLERANCE = 2e-3;

/** ln of the likelihood a row, from the formulas. */
function logLikelihoodOf({ nLabels, probabilities, labels }: Example, temperature: number, share: number): number {
  const rows = labels.map((label, i) => {
    const row = probabilities.slice(i * nLabels, (i + 1) * nLabels).map((p) => Math.max(Math.fround(p), 2 ** -126));
    const best = row.indexOf(Math.max(...row));
    const others = row.filter((_, c) => c !== best).map((p) => (p / row[best]!) ** (1 / temperature));
    const lackOf = (powers: readonly number[]): number => {
      const rest = powers.reduce((sum, power) => sum + power, 0);
      return rest / (1 + rest);
    };
    return {
      isRight: best === label,
      lack: (1 - share) * lackOf(others) + share * lackOf(others.map(Math.sqrt)),
    };
  });
  const nRight = rows.filter(({ isRight }) => isRight).length;
  const [ofRight, ofWrong] = [(nRight + 1) / (nRight + 2), 1 / (rows.length - nRight + 2)];
  const logs = rows.map(({ isRight, lack }) => {
    const target = isRight ? ofRight : ofWrong;
    return target * Math.log1p(-lack) + (1 - target) * Math.log(lack);
  });
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

describe("scipy's maximum of the likelihood", () => {
  it.each(cases)("is found for $name", (example) => {
    const { nLabels, probabilities, labels, logLikelihood } = example;
    const { temperature, flattenedShare } = fitCalibration(Float32Array.from(probabilities), labels, nLabels);
    expect(Math.abs(temperature - example.temperature)).toBeLessThan(TOLERANCE * example.temperature);
    expect(Math.abs(flattenedShare - example.flattenedShare)).toBeLessThan(TOLERANCE);
    expect(logLikelihoodOf(example, temperature, flattenedShare)).toBeGreaterThan(logLikelihood - 1e-9);
  });
});
