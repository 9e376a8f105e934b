import { smoothIdf } from "../features/tf-idf.js";
import { frequenciesOf, type ModelParts } from "../model-file/model-file.js";
import { encodeSafetensors, type Tensor } from "../model-file/safetensors.js";
import { weightShapes } from "../model-file/tensors.js";
import type { Calibration } from "../nn/calibration.js";
import { type MlpWeights, shapeOf, splitNetworks } from "../nn/weights.js";
import type { ExportTarget } from "./targets.js";

/** What an exported network is made of. */
export interface NetworkParts {
  /** The scores are the softmax of the mean of their logits by their votes, calibrated. */
  readonly members: readonly MlpWeights[];
  /** `[M]` integers ≥ 1. */
  readonly votes: readonly number[];
  readonly calibration: Calibration;
  /** In the order of the outputs. */
  readonly labels: readonly string[];
}

/** Turns a document's terms into the inputs of an exported network; the contents of vectorizer.json. */
export interface ExportedVectorizer {
  readonly labels: readonly string[];
  /** `Tokenizer.id` of the analyzer that makes the tokens. */
  readonly tokenizerId: string;
  /** How tokens become terms: the option group `terms`; see docs/options.md. */
  readonly termOptions: ModelParts["metadata"]["settings"]["terms"];
  /** Whether a count c weighs 1 + ln(c). */
  readonly sublinearTf: boolean;
  /** The column of a term is its place. */
  readonly terms: readonly string[];
  /** By column; a row is (weighted count · idf), divided by its Euclidean norm. */
  readonly idf: readonly number[];
}

const encoder = new TextEncoder();

function describeVectorizer(parts: ModelParts): ExportedVectorizer {
  const { metadata, vocabulary } = parts;
  const { documentFrequency, nDocuments } = frequenciesOf(parts);
  return {
    labels: metadata.labels,
    tokenizerId: metadata.tokenizerId,
    termOptions: metadata.settings.terms,
    sublinearTf: metadata.settings.vectorizer.sublinearTf,
    terms: Array.from(vocabulary),
    idf: Array.from(smoothIdf(documentFrequency, nDocuments)),
  };
}

/** The networks as float32 tensors by the names of docs/model-format.md, whatever the model file stores them as. */
function encodeTensors({ members, votes, labels, calibration }: NetworkParts): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [member, weights] of members.entries()) {
    for (const [name, shape] of weightShapes(shapeOf(weights))) {
      tensors.set(`${member}.${name}`, { shape, data: weights[name] });
    }
  }
  return encodeSafetensors({
    metadata: new Map([
      ["labels", JSON.stringify(labels)],
      ["calibration", JSON.stringify(calibration)],
      ["votes", JSON.stringify(votes)],
    ]),
    tensors,
  });
}

/**
 * Returns the files, by name, that hold a model for other programs: the networks, and `vectorizer.json`, which is an
 * {@link ExportedVectorizer}. docs/exports.md describes them. The same model gives the same bytes.
 *
 * - onnx: `model.onnx`, inputs `indices` (int64) and `values` (float) `[documents, terms]`, output `scores`
 * - tfjs: `model.json` and `weights.bin`, a LayersModel with inputs `indices` (int32) and `values`
 * - safetensors: `model.safetensors`, the networks' arrays as float32
 *
 * @param producerVersion version of newsclf, written into the files
 */
export async function exportModel(
  parts: ModelParts,
  target: ExportTarget,
  producerVersion: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { labels, calibration } = parts.metadata;
  const network = { members: splitNetworks(parts.networks), votes: parts.networks.votes, calibration, labels };
  const files = new Map<string, Uint8Array>();
  if (target === "onnx") {
    const { encodeOnnxModel } = await import("./onnx.js");
    files.set("model.onnx", encodeOnnxModel(network, producerVersion));
  } else if (target === "tfjs") {
    const { encodeTfjsLayersModel } = await import("./tfjs-layers.js");
    for (const [name, bytes] of encodeTfjsLayersModel(network, producerVersion)) files.set(name, bytes);
  } else {
    files.set("model.safetensors", encodeTensors(network));
  }
  files.set("vectorizer.json", encoder.encode(`${JSON.stringify(describeVectorizer(parts))}\n`));
  return files;
}
