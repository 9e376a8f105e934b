import { describe, expect, it } from "vitest";
import { type CsrMatrix, sliceRows } from "../../../src/features/csr-matrix.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import type { LinearDocuments, LinearMember } from "../../../src/nn/linear-member.js";
import type { LabeledMatrix } from "../../../src/nn/validation.js";
import { oneNetwork } from "../../../src/nn/weights.js";
import { fitLinear } from "../../../src/training/fit-linear.js";
import { joinPseudoLabels, rowsToLabel, selfTrain } from "../../../src/training/pseudo-labels.js";
import { scoreRows } from "../../../src/training/score-rows.js";

/** Rows without labels {0, 2}, {}, {1}; then with labels {0} of label 0 and {1} of label 1. */
const MATRIX: CsrMatrix = {
  nRows: 5,
  nColumns: 3,
  indptr: Uint32Array.of(0, 2, 2, 3, 4, 5),
  indices: Uint32Array.of(0, 2, 1, 0, 1),
  data: Float32Array.of(0.6, 0.8, 1, 1, 1),
};
const LABELED: LabeledMatrix = {
  matrix: { ...MATRIX, nRows: 2, indptr: MATRIX.indptr.slice(3) },
  labels: Int32Array.of(0, 1),
};

const never = new AbortController().signal;
const fitUntil = (signal: AbortSignal) => (documents: LinearDocuments) =>
  fitLinear(documents, new Uint8Array(documents.matrix.nColumns), 2, 1, createReferenceMlp, signal);

async function trainSmall(nRounds: number, fit = fitUntil(never), signal = never) {
  const unlabeled = rowsToLabel(MATRIX, 3)!;
  const start = await fitUntil(never)(LABELED);
  return { start, ...(await selfTrain(start, LABELED, unlabeled, nRounds, createReferenceMlp, fit, signal)) };
}

const scoresOf = ({ weights }: LinearMember): Float32Array =>
  scoreRows(oneNetwork(weights), MATRIX, createReferenceMlp);

/** The weights of the documents without labels, rows 0 and 2, of labels 0 and 1; one document of each has one. */
function weightsBy(member: LinearMember): readonly [number, number] {
  const scores = scoresOf(member);
  const [p0, p1] = [scores.slice(0, 2), scores.slice(4, 6)];
  const aligned = (p: Float32Array): readonly number[] =>
    Array.from(p, (own, c) => own / ((p0[c]! + p1[c]!) / 2) ** (5000 / 5002));
  const [q0, q1] = [aligned(p0), aligned(p1)];
  return [(q0[0]! / (q0[0]! + q0[1]!)) ** 2 / 2, (q1[1]! / (q1[0]! + q1[1]!)) ** 2 / 2];
}

describe("rowsToLabel", () => {
  it("leaves out documents that hold no known term, and keeps those with labels behind the others", () => {
    const { matrix, nUnlabeled } = rowsToLabel(MATRIX, 3)!;
    expect(nUnlabeled).toBe(2);
    expect([...matrix.indptr]).toEqual([0, 2, 3, 4, 5]);
  });

  it("is null where none is left", () => {
    expect(rowsToLabel({ ...MATRIX, nRows: 2, indptr: Uint32Array.of(0, 0, 2) }, 1)).toBeNull();
    expect(rowsToLabel(LABELED.matrix, 0)).toBeNull();
  });
});

describe("selfTrain", () => {
  it("gives each document its most likely label by aligned probabilities, and half the square of that one for a weight", async () => {
    const { start, pseudoLabels } = await trainSmall(1);
    const expected = weightsBy(start);
    expect([...pseudoLabels!.labels]).toEqual([0, 1]);
    for (const [i, weight] of pseudoLabels!.weights.entries()) expect(weight).toBeCloseTo(expected[i]!, 10);
    expect(pseudoLabels!.weights[0]).toBeGreaterThan(0.125);
    expect(pseudoLabels!.weights[0]).toBeLessThan(0.5);
  });

  it("fits the member of a round on these and the documents with labels, the next round with the labels of that", async () => {
    const unlabeled = rowsToLabel(MATRIX, 3)!;
    const [one, two] = [await trainSmall(1), await trainSmall(2)];
    const again = await fitUntil(never)(joinPseudoLabels(unlabeled, one.pseudoLabels!, LABELED));
    expect(one.member).toEqual(again);
    const expected = weightsBy(one.member);
    for (const [i, weight] of two.pseudoLabels!.weights.entries()) expect(weight).toBeCloseTo(expected[i]!, 10);
    expect(two.member).not.toEqual(one.member);
    expect([one.first, two.first]).toEqual([one.start, two.start]);
    // Term 2 is in no document with a label, but beside term 0.
    const [w2Before, w2After] = [one.start, one.member].map(({ weights }) => weights.w1[4]! - weights.w1[5]!);
    expect(w2Before).toBe(0);
    expect(w2After).toBeGreaterThan(0.05);
  });

  it("does not give one label to all documents because it finds it a little more likely", async () => {
    // Nine documents without labels, of which five hold more of term 0 and four more of term 1, and one of each label.
    const [nUnlabeled, nRows] = [9, 11];
    const rows = Array.from({ length: nUnlabeled }, (_, i) => (i < 5 ? [0.8, 0.6] : [0.3, 0.954]));
    const matrix: CsrMatrix = {
      nRows,
      nColumns: 2,
      indptr: Uint32Array.from({ length: nRows + 1 }, (_, i) => (i <= nUnlabeled ? 2 * i : nUnlabeled + i)),
      indices: Uint32Array.from([...rows.flatMap(() => [0, 1]), 0, 1]),
      data: Float32Array.from([...rows.flat(), 1, 1]),
    };
    const labeled = { matrix: sliceRows(matrix, nUnlabeled, nRows), labels: Int32Array.of(0, 1) };
    // Both terms weigh 0.40 for and against their labels, so that 5 (2 · 0.40 (x_0 - x_1) + 0.7) is the difference of the logits:
    // 4.3 and 0.9. The means are 0.86 and 0.14; their factors take off 1.8.
    const plain = await fitUntil(never)(labeled);
    const biased = {
      ...plain,
      weights: { ...plain.weights, b1: Float32Array.of(plain.weights.b1[0]! + 0.7, plain.weights.b1[1]!) },
    };
    const scores = scoreRows(oneNetwork(biased.weights), sliceRows(matrix, 0, nUnlabeled), createReferenceMlp);
    for (let row = 0; row < nUnlabeled; row++) expect(scores[2 * row]).toBeGreaterThan(0.5);
    const unlabeled = { matrix, nUnlabeled };
    const { pseudoLabels } = await selfTrain(biased, labeled, unlabeled, 1, createReferenceMlp, fitUntil(never), never);
    expect([...pseudoLabels!.labels]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it("draws the shares of the labels half way from those of the documents with labels to even ones", async () => {
    // Four documents of label 0 and one of label 1 hold the same term as those without: √4 to √1, whatever the member says.
    const matrix: CsrMatrix = {
      nRows: 8,
      nColumns: 1,
      indptr: Uint32Array.from({ length: 9 }, (_, i) => i),
      indices: new Uint32Array(8),
      data: new Float32Array(8).fill(1),
    };
    const labeled = { matrix: sliceRows(matrix, 3, 8), labels: Int32Array.of(0, 0, 0, 0, 1) };
    const member = await fitUntil(never)(labeled);
    const { pseudoLabels } = await selfTrain(
      member,
      labeled,
      { matrix, nUnlabeled: 3 },
      1,
      createReferenceMlp,
      fitUntil(never),
      never,
    );
    expect([...pseudoLabels!.labels]).toEqual([0, 0, 0]);
    for (const weight of pseudoLabels!.weights) expect(weight).toBeCloseTo((2 / 3) ** 2 / 2, 3);
  });

  it("does nothing in no rounds", async () => {
    const { start, member, pseudoLabels, nRounds, first } = await trainSmall(0);
    expect(member).toBe(start);
    expect([pseudoLabels, nRounds, first]).toEqual([null, 0, null]);
  });

  it("keeps the member of the last round that was done when it is stopped, as one cut short", async () => {
    const one = await trainSmall(1);
    const stop = new AbortController();
    let nFits = 0;
    const stopInSecond = (documents: LinearDocuments): Promise<LinearMember> => {
      if (++nFits === 2) stop.abort();
      return fitUntil(stop.signal)(documents);
    };
    const { member, pseudoLabels, nRounds } = await trainSmall(3, stopInSecond, stop.signal);
    expect([nFits, nRounds]).toEqual([2, 1]);
    expect(member).toEqual({ ...one.member, isCutShort: true });
    expect(pseudoLabels).toEqual(one.pseudoLabels);
    const before = await trainSmall(1, fitUntil(never), AbortSignal.abort());
    expect(before.member).toEqual({ ...before.start, isCutShort: true });
    expect(before.first).toBeNull();
  });
});
