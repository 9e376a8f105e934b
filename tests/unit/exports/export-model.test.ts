import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { exportModel } from "../../../src/exports/export-model.js";
import type { ExportTarget } from "../../../src/exports/targets.js";
import { createReferenceMlp } from "../../../src/kernels/reference-mlp.js";
import type { ModelParts } from "../../../src/model-file/model-file.js";
import { decodeSafetensors } from "../../../src/model-file/safetensors.js";
import type { Calibration } from "../../../src/nn/calibration.js";
import { MlpInference } from "../../../src/nn/inference.js";
import { joinNetworks, layersOf, type MlpWeights, makeParameters, splitNetworks } from "../../../src/nn/weights.js";
import { smallParts } from "../model-file/small-model.js";

const LABELS = ["경제", "문화", "스포츠"];
const TERMS = ["가", "나", "다", "라", "마"];
const HIDDEN_UNITS = [4, 3, 2] as const;
const WIDE_UNITS = [6, 5, 7] as const;
/** What single precision in another order of sums may differ by. */
const TOLERANCE = 1e-5;

/** Weights that are all different and of batch norm's usual sizes, so that an exchanged array shows; odd seeds give wider layers. */
function weightsOf(seed: number): MlpWeights {
  const hiddenUnits = seed % 2 === 0 ? HIDDEN_UNITS : WIDE_UNITS;
  const shape = { nTerms: TERMS.length, hiddenUnits, nLabels: LABELS.length };
  let place = seed;
  return makeParameters(shape, (n, name) =>
    Float32Array.from({ length: n }, () => {
      place += 1;
      // Spread over [-1, 1); variances and scales have to be above 0.
      const value = ((place * 0.618034) % 1) * 2 - 1;
      return /^(runningVar|gamma)/.test(name) ? 1 + value / 2 : value;
    }),
  );
}

function partsOf(seeds: readonly [number, ...number[]], calibration?: Calibration): ModelParts {
  const settings = { terms: { stopWords: false }, network: { hiddenUnits: HIDDEN_UNITS } };
  const parts = smallParts({ labels: LABELS, terms: TERMS, settings, ...(calibration ? { calibration } : {}) });
  const [first, ...others] = seeds;
  const [epoch] = parts.metadata.selectedEpochs;
  const networks = [weightsOf(first), ...others.map(weightsOf)] as const;
  // The last of several counts as often as the others together.
  const votes = networks.map((_, m) => (m > 0 && m === others.length ? others.length : 1));
  const members = networks.map((weights, m) => ({
    hiddenUnits: layersOf(weights).hiddenUnits,
    votes: votes[m] as number,
  }));
  return {
    ...parts,
    metadata: { ...parts.metadata, members, selectedEpochs: [epoch, ...others.map(() => epoch)] },
    networks: joinNetworks(networks, votes),
  };
}

/** Documents as columns and weights; the last has no term. */
const DOCUMENTS = [
  { indices: [0, 2, 4], values: [0.5, 0.7, 0.51] },
  { indices: [1], values: [1] },
  { indices: [0, 1, 2, 3], values: [0.5, 0.5, 0.5, 0.5] },
  { indices: [], values: [] },
] as const;
const N_DOCUMENTS = DOCUMENTS.length;
const LONGEST = 4;

function scoresOf(parts: ModelParts): number[][] {
  const inference = MlpInference.over(parts.networks, createReferenceMlp, parts.metadata.calibration);
  return DOCUMENTS.map(({ indices, values }) => {
    const scores = new Float32Array(LABELS.length);
    inference.scores(Uint32Array.from(indices), Float32Array.from(values), indices.length, scores);
    return Array.from(scores);
  });
}

/** `[N_DOCUMENTS, LONGEST]`, filled up by `filler`. */
function padded(rows: readonly (readonly number[])[], filler: number): number[][] {
  return rows.map((row) => [...row, ...new Array<number>(LONGEST - row.length).fill(filler)]);
}

const INDICES = padded(
  DOCUMENTS.map(({ indices }) => indices),
  3,
);
const VALUES = padded(
  DOCUMENTS.map(({ values }) => values),
  0,
);

async function exported(parts: ModelParts, target: ExportTarget, name: string): Promise<Uint8Array> {
  return (await exportModel(parts, target, "1.2.3")).get(name) as Uint8Array;
}

async function runOnnx(parts: ModelParts): Promise<number[][]> {
  const session = await ort.InferenceSession.create(await exported(parts, "onnx", "model.onnx"));
  const shape = [N_DOCUMENTS, LONGEST];
  const indices = new ort.Tensor("int64", BigInt64Array.from(INDICES.flat(), BigInt), shape);
  const values = new ort.Tensor("float32", Float32Array.from(VALUES.flat()), shape);
  const { scores } = await session.run({ indices, values });
  const flat = Array.from(scores?.data as Float32Array);
  return DOCUMENTS.map((_, row) => flat.slice(row * LABELS.length, (row + 1) * LABELS.length));
}

async function runTfjs(parts: ModelParts): Promise<number[][]> {
  const files = await exportModel(parts, "tfjs", "1.2.3");
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json"))) as {
    modelTopology: object;
    weightsManifest: [{ paths: string[]; weights: tf.io.WeightsManifestEntry[] }];
  };
  const [{ paths, weights }] = json.weightsManifest;
  const weightData = (files.get(paths[0] as string) as Uint8Array<ArrayBuffer>).slice().buffer;
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: weights, weightData }),
  );
  const inputs = [tf.tensor2d(INDICES, undefined, "int32"), tf.tensor2d(VALUES)];
  return (await (model.predict(inputs) as tf.Tensor2D).array()) as number[][];
}

function expectClose(found: number[][], expected: number[][]): void {
  const difference = Math.max(
    ...found.flatMap((row, n) => row.map((score, c) => Math.abs(score - ((expected[n] as number[])[c] as number)))),
  );
  expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  expect(difference).toBeLessThan(TOLERANCE);
}

const CALIBRATION = { temperature: 1.7, flattenedShare: 0, labelBias: [0.3, -0.2, 0.1] };
const FLATTENED = { ...CALIBRATION, flattenedShare: 0.35 };

describe("exportModel", () => {
  beforeAll(async () => {
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "error";
    await tf.setBackend("cpu");
  });

  describe.each([
    ["one network", partsOf([1])],
    ["one calibrated network", partsOf([1], CALIBRATION)],
    ["three networks", partsOf([1, 2, 3])],
    ["one flattened network", partsOf([1], FLATTENED)],
    ["one network that is flattened in full", partsOf([1], { ...FLATTENED, flattenedShare: 1 })],
    ["three calibrated networks", partsOf([4, 5, 6], CALIBRATION)],
    ["three flattened networks", partsOf([4, 5, 6], FLATTENED)],
  ])("%s", (_, parts) => {
    it("has the same scores in onnxruntime", async () => {
      expectClose(await runOnnx(parts), scoresOf(parts));
    });

    it("has the same scores in TensorFlow.js", async () => {
      expectClose(await runTfjs(parts), scoresOf(parts));
    });
  });

  it("writes every array as a float32 tensor under the name of the model file", async () => {
    const parts = partsOf([1, 2], FLATTENED);
    const { tensors, metadata } = decodeSafetensors(await exported(parts, "safetensors", "model.safetensors"));
    expect(metadata.get("labels")).toBe(JSON.stringify(LABELS));
    expect(JSON.parse(metadata.get("calibration") as string)).toEqual(parts.metadata.calibration);
    expect(tensors.size).toBe(40);
    for (const [member, weights] of splitNetworks(parts.networks).entries()) {
      for (const [name, values] of Object.entries(weights)) {
        expect(tensors.get(`${member}.${name}`)?.data, name).toEqual(values);
      }
    }
    expect(tensors.get("0.w2")?.shape).toEqual([6, 5]);
    expect(tensors.get("1.w2")?.shape).toEqual([4, 3]);
  });

  it("writes what turns terms into columns and weights beside each network", async () => {
    const bytes = await exported(partsOf([1]), "onnx", "vectorizer.json");
    const vectorizer = JSON.parse(new TextDecoder().decode(bytes));
    expect(vectorizer).toMatchObject({ labels: LABELS, terms: TERMS, tokenizerId: "words-1", sublinearTf: true });
    // Each term is in one of two articles of each of three labels: ln((1 + 6) / (1 + 3)) + 1.
    expect(vectorizer.idf).toEqual(TERMS.map(() => Math.log(7 / 4) + 1));
  });

  it("gives the same bytes for the same model", async () => {
    for (const target of ["onnx", "tfjs", "safetensors"] as const) {
      const first = await exportModel(partsOf([1, 2]), target, "1.2.3");
      const second = await exportModel(partsOf([1, 2]), target, "1.2.3");
      expect([...second]).toEqual([...first]);
    }
  });
});
