/**
 * ONNX graphs ⇔ protocol buffers: the few messages of onnx.proto that an exported network needs.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the messages and their field numbers
 */
import { PbfWriter } from "pbf";

/** IR version 8 and operator set 17 are read by every onnxruntime since 1.12 (2022). */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** TensorProto.DataType */
const ELEMENT_TYPE = { float: 1, int64: 7 } as const;
/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { float: 1, int: 2 } as const;

/** A constant tensor; row-major. */
export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** An operator of the ai.onnx domain. */
export interface OnnxNode {
  readonly operator: string;
  /** Names of values and initializers. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly floats?: Readonly<Record<string, number>>;
  readonly integers?: Readonly<Record<string, number>>;
}

/** An input or output of the graph; a dimension is a size, or a name when the caller decides. */
export interface OnnxValue {
  readonly name: string;
  readonly elementType: keyof typeof ELEMENT_TYPE;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly producerVersion: string;
  readonly documentation: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxInitializer[];
  /** In an order in which each node's inputs are known. */
  readonly nodes: readonly OnnxNode[];
}

function writeValue({ name, elementType, shape }: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeTensorType, { elementType, shape });
}

/** TypeProto with its only kind in use, tensor_type. */
function writeTensorType(type: Omit<OnnxValue, "name">, writer: PbfWriter): void {
  writer.writeMessage(
    1,
    ({ elementType, shape }, inner) => {
      inner.writeVarintField(1, ELEMENT_TYPE[elementType]);
      inner.writeMessage(2, writeShape, shape);
    },
    type,
  );
}

function writeShape(shape: OnnxValue["shape"], writer: PbfWriter): void {
  for (const dimension of shape) {
    writer.writeMessage(
      1,
      (size, inner) => {
        if (typeof size === "number") inner.writeVarintField(1, size);
        else inner.writeStringField(2, size);
      },
      dimension,
    );
  }
}

/** Raw data is little-endian, as typed arrays are on every engine that Node runs on. */
function writeInitializer({ name, shape, data }: OnnxInitializer, writer: PbfWriter): void {
  writer.writePackedVarint(1, [...shape]);
  writer.writeVarintField(2, data instanceof Float32Array ? ELEMENT_TYPE.float : ELEMENT_TYPE.int64);
  writer.writeStringField(8, name);
  writer.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeNode({ operator, inputs, outputs, floats = {}, integers = {} }: OnnxNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  // A node is named after the value that it makes; names are only for messages and drawings.
  writer.writeStringField(3, outputs.join());
  writer.writeStringField(4, operator);
  for (const attribute of Object.entries(floats)) {
    writer.writeMessage(5, writeAttribute, { attribute, type: "float" as const });
  }
  for (const attribute of Object.entries(integers)) {
    writer.writeMessage(5, writeAttribute, { attribute, type: "int" as const });
  }
}

function writeAttribute(
  { attribute: [name, value], type }: { attribute: readonly [string, number]; type: keyof typeof ATTRIBUTE_TYPE },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, name);
  if (type === "float") writer.writeFloatField(2, value);
  else writer.writeVarintField(3, value);
  writer.writeVarintField(20, ATTRIBUTE_TYPE[type]);
}

function writeGraph({ name, nodes, initializers, inputs, outputs }: OnnxGraph, writer: PbfWriter): void {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, name);
  for (const initializer of initializers) writer.writeMessage(5, writeInitializer, initializer);
  for (const input of inputs) writer.writeMessage(11, writeValue, input);
  for (const output of outputs) writer.writeMessage(12, writeValue, output);
}

/** Returns the bytes of an .onnx file; equal graphs give equal bytes. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, "newsclf");
  writer.writeStringField(3, graph.producerVersion);
  writer.writeStringField(6, graph.documentation);
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(
    8,
    (version, inner) => {
      inner.writeStringField(1, "");
      inner.writeVarintField(2, version);
    },
    OPSET_VERSION,
  );
  for (const entry of graph.metadata) {
    writer.writeMessage(
      14,
      ([key, value], inner) => {
        inner.writeStringField(1, key);
        inner.writeStringField(2, value);
      },
      entry,
    );
  }
  return writer.finish();
}
