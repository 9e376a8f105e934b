/**
 * A model's networks as an ONNX graph. Legend: N documents, K terms of the longest, V terms, H1 … H3 units, C labels.
 *
 *   indices, values [N, K] → scores [N, C]
 *
 * A document with fewer than K terms is filled up with any index below V and value 0, which adds nothing.
 */
import { BATCH_NORM_EPSILON } from "../kernels/mlp.js";
import { type MlpWeights, shapeOf } from "../nn/weights.js";
import type { NetworkParts } from "./export-model.js";
import { foldLogits } from "./fold-logits.js";
import { encodeOnnx, type OnnxInitializer, type OnnxNode } from "./onnx-file.js";

/** Collects nodes and initializers; each method returns the name of the value that it makes. */
class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];

  constant(name: string, shape: readonly number[], data: OnnxInitializer["data"]): string {
    this.initializers.push({ name, shape, data });
    return name;
  }

  apply(
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: Pick<OnnxNode, "floats" | "integers"> = {},
  ): string {
    this.nodes.push({ operator, inputs, outputs: [output], ...attributes });
    return output;
  }
}

/** Adds a member network and returns the name of its logits `[N, C]`. */
function addMember(graph: GraphBuilder, weights: MlpWeights, prefix: string, valuesRow: string, axis: string): string {
  const { nTerms, hiddenUnits, nLabels } = shapeOf(weights);
  const [h1, h2, h3] = hiddenUnits;
  const constant = (name: keyof MlpWeights, shape: readonly number[]): string =>
    graph.constant(`${prefix}${name}`, shape, weights[name]);
  const activate = (layer: 1 | 2 | 3, sums: string, nUnits: number): string => {
    const normalized = graph.apply(
      "BatchNormalization",
      `${prefix}normalized${layer}`,
      [
        sums,
        constant(`gamma${layer}`, [nUnits]),
        constant(`beta${layer}`, [nUnits]),
        constant(`runningMean${layer}`, [nUnits]),
        constant(`runningVar${layer}`, [nUnits]),
      ],
      { floats: { epsilon: BATCH_NORM_EPSILON } },
    );
    return graph.apply("Relu", `${prefix}hidden${layer}`, [normalized]);
  };

  const rows = graph.apply("Gather", `${prefix}rows`, [constant("w1", [nTerms, h1]), "indices"]);
  const weighted = graph.apply("MatMul", `${prefix}weighted`, [valuesRow, rows]);
  const squeezed = graph.apply("Squeeze", `${prefix}squeezed`, [weighted, axis]);
  const sums1 = graph.apply("Add", `${prefix}sums1`, [squeezed, constant("b1", [h1])]);
  const hidden1 = activate(1, sums1, h1);
  const sums2 = graph.apply("Gemm", `${prefix}sums2`, [hidden1, constant("w2", [h1, h2]), constant("b2", [h2])]);
  const hidden2 = activate(2, sums2, h2);
  const sums3 = graph.apply("Gemm", `${prefix}sums3`, [hidden2, constant("w3", [h2, h3]), constant("b3", [h3])]);
  const hidden3 = activate(3, sums3, h3);
  const output = [hidden3, constant("w4", [h3, nLabels]), constant("b4", [nLabels])];
  return graph.apply("Gemm", `${prefix}logits`, output);
}

/** Adds the value `scores`. */
function addScores(graph: GraphBuilder, logits: string, flattenedShare: number): void {
  const softmax = (output: string, input: string): string =>
    graph.apply("Softmax", output, [input], { integers: { axis: 1 } });
  const scale = (output: string, input: string, factor: number): string =>
    graph.apply("Mul", output, [input, graph.constant(`${output}Factor`, [1], Float32Array.of(factor))]);
  if (flattenedShare === 0) {
    softmax("scores", logits);
    return;
  }
  const flattened = softmax("flattened", scale("halved", logits, 0.5));
  const parts = [
    scale("plainPart", softmax("plain", logits), 1 - flattenedShare),
    scale("flattenedPart", flattened, flattenedShare),
  ];
  graph.apply("Add", "scores", parts);
}

/** Returns an .onnx file with inputs `indices` (int64) and `values` (float), both `[N, K]`, and the output `scores`. */
export function encodeOnnxModel(parts: NetworkParts, producerVersion: string): Uint8Array {
  const { labels } = parts;
  const graph = new GraphBuilder();
  const axis = graph.constant("axis1", [1], BigInt64Array.of(1n));
  // [N, 1, K] times the terms' rows [N, K, H1] is one sum for each document.
  const valuesRow = graph.apply("Unsqueeze", "valuesRow", ["values", axis]);
  const members = foldLogits(parts);
  const logits = members.map((weights, member) =>
    addMember(graph, weights, members.length === 1 ? "" : `${member}.`, valuesRow, axis),
  );
  addScores(graph, graph.apply("Sum", "sum", logits), parts.calibration.flattenedShare);
  return encodeOnnx({
    name: "newsclf",
    producerVersion,
    documentation: "Label probabilities of documents given as columns and tf-idf weights of their terms.",
    metadata: new Map([["labels", JSON.stringify(labels)]]),
    inputs: [
      { name: "indices", elementType: "int64", shape: ["documents", "terms"] },
      { name: "values", elementType: "float", shape: ["documents", "terms"] },
    ],
    outputs: [{ name: "scores", elementType: "float", shape: ["documents", labels.length] }],
    initializers: graph.initializers,
    nodes: graph.nodes,
  });
}
