import { describe, expect, it } from "vitest";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import { Teacher } from "../../../src/nn/teacher.js";
import { joinNetworks, type MlpWeights, makeParameters } from "../../../src/nn/weights.js";

/** A network of two terms and labels whose logits are the text's values times `factor`. */
function network(factor: number): MlpWeights {
  const shape = { nTerms: 2, hiddenUnits: [2, 2, 2], nLabels: 2 } as const;
  const weights = makeParameters(shape, (n) => new Float32Array(n));
  for (const name of ["w1", "w2", "w3"] as const) weights[name].set([1, 0, 0, 1]);
  for (const name of ["gamma1", "gamma2", "gamma3"] as const) weights[name].fill(1);
  for (const name of ["runningVar1", "runningVar2", "runningVar3"] as const) weights[name].fill(1);
  weights.w4.set([factor, 0, 0, factor]);
  return weights;
}

const teacher = new Teacher(joinNetworks([network(2), network(4)], [1, 3]), createReferenceMlp);
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

describe("Teacher", () => {
  it("brings rows to length 1 and says what its networks make of them, by their votes", () => {
    const rows = {
      nRows: 2,
      indptr: Uint32Array.of(0, 1, 3),
      columns: Uint32Array.of(1, 0, 1),
      values: Float32Array.of(4, 3, 4),
    };
    const targets = new Float32Array(4);
    teacher.answer(rows, targets);
    expect([...rows.values]).toEqual([1, Math.fround(0.6), Math.fround(0.8)]);
    // Logits are 0 and the factor, then 0.6 and 0.8 times it; batch norm's ε of 1e-5 is in each of three layers.
    const second = [1, 0.2].map((distance) => logistic(((2 + 3 * 4) / 4) * distance));
    expect(targets[1]).toBeCloseTo(second[0] as number, 4);
    expect(targets[3]).toBeCloseTo(second[1] as number, 4);
    expect((targets[0] as number) + (targets[1] as number)).toBeCloseTo(1, 6);
  });

  it("answers rows that have lost all their terms, and leaves alone those behind the last", () => {
    const rows = {
      nRows: 1,
      indptr: Uint32Array.of(0, 0, 1),
      columns: Uint32Array.of(1),
      values: Float32Array.of(5),
    };
    const targets = new Float32Array(4).fill(9);
    teacher.answer(rows, targets);
    expect([...rows.values]).toEqual([5]);
    expect([...targets]).toEqual([0.5, 0.5, 9, 9]);
  });
});
