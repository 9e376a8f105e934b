/**
 * Model parts ⇔ the bytes of a model file; docs/model-format.md is the specification.
 *
 * The file is a safetensors file. Its metadata holds `sha256`, the digest of the whole file with the 64 digits of the digest itself set to "0", and `newsclf`, the manifest.
 */
import { ModelFormatError } from "../errors.js";
import type { MlpWeights } from "../nn/weights.js";
import { formatManifest, type ModelMetadata, parseManifest } from "./manifest.js";
import { decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "./safetensors.js";

/** All that a classifier is made of. Legend: V terms, H1…H3 hidden units, C labels. */
export interface ModelParts {
  readonly metadata: ModelMetadata;
  /** UTF-8 of all terms one after another, in column order. */
  readonly termBytes: Uint8Array;
  /** `[V + 1]` where each term begins in `termBytes`; the last element is its length. */
  readonly termOffsets: Uint32Array;
  /** `[C, V]` training articles of each label that hold the term; a column's sum is the term's document frequency. */
  readonly labelDocumentFrequency: Uint32Array;
  readonly weights: MlpWeights;
}

const DIGEST_KEY = "sha256";
const MANIFEST_KEY = "newsclf";
const DIGEST_DIGITS = 64;
const EMPTY_DIGEST = "0".repeat(DIGEST_DIGITS);
/** The digest comes first in the header, so its place is the same in every file. */
const HEADER_START = `{"__metadata__":{"${DIGEST_KEY}":"`;
const DIGEST_OFFSET = 8 + HEADER_START.length;

function weightShapes(
  nTerms: number,
  hiddenUnits: readonly [number, number, number],
  nLabels: number,
): readonly (readonly [keyof MlpWeights & string, readonly number[]])[] {
  const [h1, h2, h3] = hiddenUnits;
  return [
    ["w1", [nTerms, h1]],
    ["b1", [h1]],
    ["gamma1", [h1]],
    ["beta1", [h1]],
    ["runningMean1", [h1]],
    ["runningVar1", [h1]],
    ["w2", [h1, h2]],
    ["b2", [h2]],
    ["gamma2", [h2]],
    ["beta2", [h2]],
    ["runningMean2", [h2]],
    ["runningVar2", [h2]],
    ["w3", [h2, h3]],
    ["b3", [h3]],
    ["gamma3", [h3]],
    ["beta3", [h3]],
    ["runningMean3", [h3]],
    ["runningVar3", [h3]],
    ["w4", [h3, nLabels]],
    ["b4", [nLabels]],
  ];
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function writeDigest(bytes: Uint8Array, digest: string): void {
  bytes.set(new TextEncoder().encode(digest), DIGEST_OFFSET);
}

/** Returns the bytes of a model file; equal parts give equal bytes. */
export async function encodeModel(parts: ModelParts): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata, weights } = parts;
  const nTerms = parts.termOffsets.length - 1;
  const nLabels = metadata.labels.length;
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of weightShapes(nTerms, metadata.settings.network.hiddenUnits, nLabels)) {
    tensors.set(name, { shape, data: weights[name] as Float32Array });
  }
  tensors.set("labelDocumentFrequency", { shape: [nLabels, nTerms], data: parts.labelDocumentFrequency });
  tensors.set("termOffsets", { shape: [nTerms + 1], data: parts.termOffsets });
  tensors.set("termBytes", { shape: [parts.termBytes.length], data: parts.termBytes });
  const bytes = encodeSafetensors({
    metadata: new Map([
      [DIGEST_KEY, EMPTY_DIGEST],
      [MANIFEST_KEY, formatManifest(metadata)],
    ]),
    tensors,
  });
  writeDigest(bytes, await digestOf(bytes));
  return bytes;
}

async function checkDigest(bytes: Uint8Array, expected: string): Promise<void> {
  const written = new TextDecoder("latin1").decode(bytes.subarray(DIGEST_OFFSET, DIGEST_OFFSET + DIGEST_DIGITS));
  if (written !== expected) {
    throw new ModelFormatError(8, `the header to begin with ${HEADER_START}`, "another order of metadata", {
      hint: "the file was rewritten by another program",
    });
  }
  const copy = new Uint8Array(bytes);
  writeDigest(copy, EMPTY_DIGEST);
  const found = await digestOf(copy);
  if (found !== expected) {
    throw new ModelFormatError(DIGEST_OFFSET, `contents with SHA-256 ${expected}`, found, {
      code: "MODEL_CHECKSUM",
      hint: "the file is damaged; copy it again or train again",
    });
  }
}

function takeTensor<T extends Tensor["data"]>(
  file: TensorFile,
  name: string,
  shape: readonly number[],
  type: abstract new (length: number) => T,
): T {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new ModelFormatError(8, `a tensor ${name}`, "none");
  if (!(tensor.data instanceof type) || tensor.shape.join() !== shape.join()) {
    throw new ModelFormatError(8, `tensor ${name} of shape [${shape}]`, `[${tensor.shape}]`);
  }
  return tensor.data;
}

function checkFinite(name: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      throw new ModelFormatError(8, `finite numbers in tensor ${name}`, `${values[i]} at ${i}`);
  }
}

function takeWeights(file: TensorFile, metadata: ModelMetadata, nTerms: number): MlpWeights {
  const shapes = weightShapes(nTerms, metadata.settings.network.hiddenUnits, metadata.labels.length);
  const arrays = shapes.map(([name, shape]) => {
    const values = takeTensor(file, name, shape, Float32Array);
    checkFinite(name, values);
    return [name, values] as const;
  });
  return Object.fromEntries(arrays) as unknown as MlpWeights;
}

/**
 * Reads a model file and checks it fully: container, digest, manifest, names, shapes and types of all tensors, finite weights.
 *
 * The arrays of the result are views into `bytes` where its alignment allows.
 * @throws {ModelFormatError} code MODEL_FORMAT, MODEL_VERSION or MODEL_CHECKSUM
 */
export async function decodeModel(bytes: Uint8Array): Promise<ModelParts> {
  const file = decodeSafetensors(bytes);
  const manifest = file.metadata.get(MANIFEST_KEY);
  const digest = file.metadata.get(DIGEST_KEY);
  if (manifest === undefined || digest === undefined) {
    throw new ModelFormatError(
      8,
      `metadata "${DIGEST_KEY}" and "${MANIFEST_KEY}"`,
      "a safetensors file of another program",
    );
  }
  const metadata = parseManifest(manifest);
  await checkDigest(bytes, digest);

  const nLabels = metadata.labels.length;
  const nTerms = (file.tensors.get("termOffsets")?.data.length ?? 1) - 1;
  const termOffsets = takeTensor(file, "termOffsets", [nTerms + 1], Uint32Array);
  const termBytes = takeTensor(file, "termBytes", [termOffsets[nTerms] as number], Uint8Array);
  const labelDocumentFrequency = takeTensor(file, "labelDocumentFrequency", [nLabels, nTerms], Uint32Array);
  const weights = takeWeights(file, metadata, nTerms);
  const nKnown = Object.keys(weights).length + 3;
  if (file.tensors.size !== nKnown) {
    throw new ModelFormatError(
      8,
      `${nKnown} tensors`,
      `${file.tensors.size}: ${[...file.tensors.keys()].join(", ").slice(0, 200)}`,
    );
  }
  return { metadata, termBytes, termOffsets, labelDocumentFrequency, weights };
}
