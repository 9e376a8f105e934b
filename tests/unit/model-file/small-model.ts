/** A model of a few numbers, and a writer of model files that may be as wrong as a test needs. */

import { createHash } from "node:crypto";
import { Vocabulary } from "../../../src/features/vocabulary.js";
import { FORMAT_VERSION, formatManifest, type ModelMetadata } from "../../../src/model-file/manifest.js";
import type { ModelParts } from "../../../src/model-file/model-file.js";
import { encodeSafetensors, type Tensor } from "../../../src/model-file/safetensors.js";
import { type Calibration, noCalibration } from "../../../src/nn/calibration.js";
import { joinNetworks, type MemberParameters, type MlpWeights, splitNetworks } from "../../../src/nn/weights.js";
import { resolveTrainingSettings, type TrainingSettings } from "../../../src/options/train-options.js";

/** Settings of a small model; no n-grams, no stop words, so that a document's terms are its words. */
export const SMALL_SETTINGS: TrainingSettings = {
  seed: 7,
  terms: { tags: "content", stopWords: false, ngramRange: [1, 1] },
  network: { hiddenUnits: [1, 1, 1] },
};

/** Training articles of each label in `smallParts`. */
const SUPPORT = 2;

export interface SmallModel {
  /** Sorted by code unit. */
  readonly labels: readonly string[];
  /** Sorted by code unit. */
  readonly terms: readonly string[];
  readonly tokenizerId?: string;
  readonly settings?: TrainingSettings;
  /** Arrays in place of the usual ones: matrices and biases 0, batch norm 1 and 0, variances 1. */
  readonly weights?: Partial<MlpWeights>;
  /** None when left out. */
  readonly calibration?: Calibration;
}

/** A model with one unit in each hidden layer, whose terms are each in one article of each label. */
export function smallParts({ labels, terms, tokenizerId, settings, weights, calibration }: SmallModel): ModelParts {
  const nTerms = terms.length;
  const nLabels = labels.length;
  const zeros = (n: number) => new Float32Array(n);
  const ones = (n: number) => new Float32Array(n).fill(1);
  const norm1 = { gamma1: ones(1), beta1: zeros(1), runningMean1: zeros(1), runningVar1: ones(1) };
  const norm2 = { gamma2: ones(1), beta2: zeros(1), runningMean2: zeros(1), runningVar2: ones(1) };
  const norm3 = { gamma3: ones(1), beta3: zeros(1), runningMean3: zeros(1), runningVar3: ones(1) };
  const metadata: ModelMetadata = {
    formatVersion: FORMAT_VERSION,
    labels,
    tokenizerId: tokenizerId ?? "words-1",
    settings: resolveTrainingSettings(settings ?? SMALL_SETTINGS),
    nDocuments: SUPPORT * nLabels,
    trainSupport: labels.map(() => SUPPORT),
    nValidationDocuments: nLabels,
    isRefitted: false,
    isDistilled: false,
    trainingDataHash: "0123456789abcdef".repeat(4),
    members: [{ hiddenUnits: [1, 1, 1], votes: 1 }],
    selectedEpochs: [
      {
        epoch: 3,
        learningRate: 0.5,
        trainLoss: 0.25,
        validationLoss: 0.75,
        validationAccuracy: 0.5,
        validationMacroF1: null,
      },
    ],
    calibration: calibration ?? noCalibration(nLabels),
  };
  return {
    metadata,
    vocabulary: Vocabulary.fromTerms(terms),
    labelDocumentFrequency: new Uint32Array(nLabels * nTerms).fill(1),
    networks: joinNetworks([
      {
        w1: zeros(nTerms),
        b1: zeros(1),
        ...norm1,
        w2: zeros(1),
        b2: zeros(1),
        ...norm2,
        w3: zeros(1),
        b3: zeros(1),
        ...norm3,
        w4: zeros(nLabels),
        b4: zeros(nLabels),
        ...weights,
      },
    ]),
  };
}

/** The model as an ensemble of its own network and further ones that differ from it in these arrays. */
export function withMembers(parts: ModelParts, ...others: readonly Partial<MlpWeights>[]): ModelParts {
  const { metadata } = parts;
  const [epoch] = metadata.selectedEpochs;
  const [own] = splitNetworks(parts.networks) as [MlpWeights];
  const members = [own, ...others].map(() => metadata.members[0] as ModelMetadata["members"][number]);
  return {
    ...parts,
    metadata: { ...metadata, members, selectedEpochs: [epoch, ...others.map(() => epoch)] },
    networks: joinNetworks([own, ...others.map((weights) => ({ ...own, ...weights }))]),
  };
}

/** The tensors of a model file as docs/model-format.md lists them, in its order; the networks may not be packed. */
export function tensorsOf({ metadata, vocabulary, labelDocumentFrequency, networks }: ModelParts): Map<string, Tensor> {
  const V = vocabulary.nTerms;
  const C = metadata.labels.length;
  const U = metadata.members.reduce((sum, { hiddenUnits: [H1] }) => sum + H1, 0);
  const { termUnits, termOffsets } = vocabulary.toUnits();
  const shapesOf = ([H1, H2, H3]: readonly number[]): Record<string, readonly (number | undefined)[]> => ({
    ...{ b1: [H1], gamma1: [H1], beta1: [H1], runningMean1: [H1], runningVar1: [H1] },
    ...{ w2: [H1, H2], b2: [H2], gamma2: [H2], beta2: [H2], runningMean2: [H2], runningVar2: [H2] },
    ...{ w3: [H2, H3], b3: [H3], gamma3: [H3], beta3: [H3], runningMean3: [H3], runningVar3: [H3] },
    ...{ w4: [H3, C], b4: [C] },
  });
  const rest = labelDocumentFrequency.filter((count) => count >= 255).map((count) => count - 255);
  return new Map<string, Tensor>([
    ["w1", { shape: [V, U], data: networks.w1 as Float32Array }],
    ...metadata.members.flatMap(({ hiddenUnits }, member) =>
      Object.entries(shapesOf(hiddenUnits)).map(([name, shape]): readonly [string, Tensor] => {
        const data = networks.members[member]?.[name as keyof MemberParameters] as Float32Array;
        return [`${member}.${name}`, { shape: shape as readonly number[], data }];
      }),
    ),
    [
      "labelDocumentFrequency",
      { shape: [C, V], data: Uint8Array.from(labelDocumentFrequency, (count) => Math.min(count, 255)) },
    ],
    ["labelDocumentFrequencyRest", { shape: [rest.length], data: rest }],
    ["termOffsets", { shape: [V + 1], data: termOffsets }],
    ["termUnits", { shape: [termUnits.length], data: termUnits }],
  ]);
}

/** SHA-256 of the SHA-256 digests of blocks of 1 MiB. */
export function digestOf(bytes: Uint8Array): string {
  const whole = createHash("sha256");
  for (let start = 0; start < bytes.length; start += 2 ** 20) {
    whole.update(
      createHash("sha256")
        .update(bytes.subarray(start, start + 2 ** 20))
        .digest(),
    );
  }
  return whole.digest("hex");
}

/** Bytes of a model file with a right digest around whatever manifest and tensors are given. */
export function writeModelFile(manifest: string, tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const digits = "0".repeat(64);
  const bytes = encodeSafetensors({
    metadata: new Map([
      ["sha256", digits],
      ["newsclf", manifest],
    ]),
    tensors,
  });
  const digest = digestOf(bytes);
  bytes.set(new TextEncoder().encode(digest), Buffer.from(bytes.buffer).indexOf(digits));
  return bytes;
}

/** `writeModelFile` with one field of the manifest, named by its path, in place of the model's own. */
export function withManifestField(parts: ModelParts, path: string, value: unknown): Uint8Array<ArrayBuffer> {
  const manifest = JSON.parse(formatManifest(parts.metadata)) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() as string;
  let owner = manifest;
  for (const name of names) owner = owner[name] as Record<string, unknown>;
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return writeModelFile(JSON.stringify(manifest), tensorsOf(parts));
}
