/**
 * A model's networks as a TensorFlow.js LayersModel: a topology of Keras layers, and the weights in one binary file.
 *
 * Legend: N documents, K terms of the longest, V terms, H1 … H3 units, C labels. Inputs are `indices` and `values`
 * `[N, K]`; a document with fewer than K terms is filled up with any index below V and value 0. The first layer is an
 * embedding whose rows are summed by a dot product with the values, so nothing of size N × V is made.
 */
import { BATCH_NORM_EPSILON } from "../kernels/mlp.js";
import { type MlpWeights, shapeOf } from "../nn/weights.js";
import type { NetworkParts } from "./export-model.js";
import { foldLogits } from "./fold-logits.js";

/** A layer as Keras writes it. */
interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly unknown[];
}

interface StoredWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const WEIGHTS_FILE = "weights.bin";

class LayersBuilder {
  readonly layers: Layer[] = [];
  readonly weights: StoredWeights[] = [];

  /** Adds a layer over the named ones and returns its name. */
  layer(type: string, name: string, inputs: readonly string[], config: Readonly<Record<string, unknown>>): string {
    const inboundNodes = inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])];
    this.layers.push({
      class_name: type,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: inboundNodes,
    });
    return name;
  }

  dense(
    name: string,
    input: string,
    nUnits: number,
    activation: string,
    kernel: Float32Array,
    bias: Float32Array,
  ): string {
    this.weights.push(
      { name: `${name}/kernel`, shape: [kernel.length / nUnits, nUnits], data: kernel },
      { name: `${name}/bias`, shape: [nUnits], data: bias },
    );
    return this.layer("Dense", name, [input], { units: nUnits, activation, use_bias: true });
  }

  batchNormAndRelu(
    suffix: string,
    input: string,
    gamma: Float32Array,
    beta: Float32Array,
    mean: Float32Array,
    variance: Float32Array,
  ): string {
    const name = `batchNorm${suffix}`;
    const parts = { gamma, beta, moving_mean: mean, moving_variance: variance };
    for (const [part, data] of Object.entries(parts)) {
      this.weights.push({ name: `${name}/${part}`, shape: [data.length], data });
    }
    const normalized = this.layer("BatchNormalization", name, [input], {
      axis: -1,
      epsilon: BATCH_NORM_EPSILON,
      center: true,
      scale: true,
    });
    return this.layer("Activation", `hidden${suffix}`, [normalized], { activation: "relu" });
  }
}

/** Adds a member network and returns the name of what its last layer gives. */
function addMember(
  builder: LayersBuilder,
  weights: MlpWeights,
  prefix: string,
  activation: "softmax" | "linear",
): string {
  const { nTerms, hiddenUnits, nLabels } = shapeOf(weights);
  const [h1, h2, h3] = hiddenUnits;
  builder.weights.push({ name: `${prefix}terms/embeddings`, shape: [nTerms, h1], data: weights.w1 });
  const rows = builder.layer("Embedding", `${prefix}terms`, ["indices"], { input_dim: nTerms, output_dim: h1 });
  const sums = builder.layer("Dot", `${prefix}sums1`, [rows, "values"], { axes: [1, 1], normalize: false });
  // The embedding has no bias: subtracting it from the mean that batch norm takes off comes to the same.
  const mean1 = weights.runningMean1.map((mean, h) => mean - (weights.b1[h] as number));
  const { gamma1, beta1, runningVar1, gamma2, beta2, runningMean2, runningVar2 } = weights;
  const hidden1 = builder.batchNormAndRelu(`${prefix}1`, sums, gamma1, beta1, mean1, runningVar1);
  const sums2 = builder.dense(`${prefix}sums2`, hidden1, h2, "linear", weights.w2, weights.b2);
  const hidden2 = builder.batchNormAndRelu(`${prefix}2`, sums2, gamma2, beta2, runningMean2, runningVar2);
  const sums3 = builder.dense(`${prefix}sums3`, hidden2, h3, "linear", weights.w3, weights.b3);
  const { gamma3, beta3, runningMean3, runningVar3 } = weights;
  const hidden3 = builder.batchNormAndRelu(`${prefix}3`, sums3, gamma3, beta3, runningMean3, runningVar3);
  return builder.dense(`${prefix}logits`, hidden3, nLabels, activation, weights.w4, weights.b4);
}

/** `[n, n]` a number on the diagonal, else 0. */
function diagonal(n: number, value: number): Float32Array {
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = value;
  return matrix;
}

/** Adds the networks and returns the name of the scores. */
function addScores(builder: LayersBuilder, parts: NetworkParts): string {
  const [first, ...others] = foldLogits(parts) as [MlpWeights, ...MlpWeights[]];
  const { flattenedShare } = parts.calibration;
  if (others.length === 0 && flattenedShare === 0) return addMember(builder, first, "", "softmax");
  const members = [first, ...others].map((weights, member) =>
    addMember(builder, weights, others.length === 0 ? "" : `${member}_`, "linear"),
  );
  const logits = others.length === 0 ? (members[0] as string) : builder.layer("Add", "sum", members, {});
  if (flattenedShare === 0) return builder.layer("Activation", "scores", [logits], { activation: "softmax" });
  const nLabels = parts.labels.length;
  // Stock layers have no factor but a dense layer's.
  const noBias = new Float32Array(nLabels);
  const plain = builder.layer("Activation", "plain", [logits], { activation: "softmax" });
  const flattened = builder.dense("flattened", logits, nLabels, "softmax", diagonal(nLabels, 0.5), noBias);
  const both = builder.layer("Concatenate", "plainAndFlattened", [plain, flattened], { axis: -1 });
  const shares = new Float32Array(2 * nLabels * nLabels);
  shares.set(diagonal(nLabels, 1 - flattenedShare));
  shares.set(diagonal(nLabels, flattenedShare), nLabels * nLabels);
  return builder.dense("scores", both, nLabels, "linear", shares, noBias);
}

/** Returns the files of a LayersModel by name: `model.json` and its weights. */
export function encodeTfjsLayersModel(parts: NetworkParts, producerVersion: string): ReadonlyMap<string, Uint8Array> {
  const builder = new LayersBuilder();
  const input = (name: string, dtype: string): string =>
    builder.layer("InputLayer", name, [], { batch_input_shape: [null, null], dtype, sparse: false });
  input("indices", "int32");
  input("values", "float32");
  const scores = addScores(builder, parts);
  const topology = {
    class_name: "Model",
    config: {
      name: "newsclf",
      layers: builder.layers,
      input_layers: ["indices", "values"].map((name) => [name, 0, 0]),
      output_layers: [[scores, 0, 0]],
    },
    keras_version: "2.15.0",
    backend: "tensor_flow.js",
  };
  const json = {
    format: "layers-model",
    generatedBy: `newsclf ${producerVersion}`,
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: builder.weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" })),
      },
    ],
    userDefinedMetadata: { labels: parts.labels },
  };
  const bytes = new Uint8Array(builder.weights.reduce((total, { data }) => total + data.byteLength, 0));
  let offset = 0;
  for (const { data } of builder.weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return new Map([
    ["model.json", new TextEncoder().encode(`${JSON.stringify(json)}\n`)],
    [WEIGHTS_FILE, bytes],
  ]);
}
