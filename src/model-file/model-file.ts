/**
 * Model parts ⇔ the bytes of a model file; docs/model-format.md is the specification.
 *
 * The file is a safetensors file. Its metadata holds `sha256`, the digest of the whole file with the 64 digits of the digest itself set to "0", and `newsclf`, the manifest.
 */
import { ModelFormatError } from "../errors.js";
import { Vocabulary } from "../features/vocabulary.js";
import { checkUserWords, decodeUserWords, encodeUserWords, type UserWord } from "../morph/user-word.js";
import type { MlpWeights } from "../nn/weights.js";
import { formatManifest, type ModelMetadata, parseManifest } from "./manifest.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type Tensor,
  type TensorArray,
  type TensorFile,
} from "./safetensors.js";

/** All that a classifier is made of. Legend: V terms, H1…H3 hidden units, C labels. */
export interface ModelParts {
  readonly metadata: ModelMetadata;
  /** Of V ≥ 1 terms. */
  readonly vocabulary: Vocabulary;
  /** `[C, V]` training articles of each label that hold the term; a column's sum is the term's document frequency. */
  readonly labelDocumentFrequency: Uint32Array;
  readonly weights: MlpWeights;
  /** Entries beside the package's dictionary that the tokenizer had; none when left out. */
  readonly userWords?: readonly UserWord[];
}

const DIGEST_KEY = "sha256";
const MANIFEST_KEY = "newsclf";
/** Only in the file of a model with user words. */
const USER_WORDS_NAME = "userWords";
/** Context ids have 16 bits; those of the dictionary are checked when it takes the words. */
const MAX_CONTEXT_IDS = 65_536;
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
  const { nTerms } = parts.vocabulary;
  const nLabels = metadata.labels.length;
  const { termBytes, termOffsets } = parts.vocabulary.toBytes();
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of weightShapes(nTerms, metadata.settings.network.hiddenUnits, nLabels)) {
    tensors.set(name, { shape, data: weights[name] as Float32Array });
  }
  tensors.set("labelDocumentFrequency", { shape: [nLabels, nTerms], data: parts.labelDocumentFrequency });
  tensors.set("termOffsets", { shape: [nTerms + 1], data: termOffsets });
  tensors.set("termBytes", { shape: [termBytes.length], data: termBytes });
  if (parts.userWords !== undefined && parts.userWords.length > 0) {
    const userWords = encodeUserWords(parts.userWords);
    tensors.set(USER_WORDS_NAME, { shape: [userWords.length], data: userWords });
  }
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

/** A tensor whose type and shape are as they must be. */
interface TakenTensor<T extends TensorArray> extends StoredTensor {
  readonly data: T;
}

function takeTensor<T extends TensorArray>(
  file: TensorFile<StoredTensor>,
  name: string,
  shape: readonly number[],
  type: abstract new (length: number) => T,
): TakenTensor<T> {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new ModelFormatError(8, `a tensor ${name}`, "none");
  const { data, offset } = tensor;
  if (!(data instanceof type) || tensor.shape.join() !== shape.join()) {
    const found = `${data.constructor.name} of shape [${tensor.shape}]`;
    throw new ModelFormatError(8, `tensor ${name}, a ${type.name} of shape [${shape}]`, found);
  }
  return { shape, data, offset };
}

/** Square roots are taken of running variances, so these must not be negative either. */
function checkNumbers(name: string, { data, offset }: TakenTensor<Float32Array>): void {
  const least = name.startsWith("runningVar") ? 0 : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (Number.isFinite(value) && value >= least) continue;
    const expected = `finite numbers${least === 0 ? " ≥ 0" : ""} in tensor ${name}`;
    throw new ModelFormatError(offset + 4 * i, expected, `${value} at ${i}`);
  }
}

function takeWeights(file: TensorFile<StoredTensor>, metadata: ModelMetadata, nTerms: number): MlpWeights {
  const shapes = weightShapes(nTerms, metadata.settings.network.hiddenUnits, metadata.labels.length);
  const arrays = shapes.map(([name, shape]) => {
    const tensor = takeTensor(file, name, shape, Float32Array);
    checkNumbers(name, tensor);
    return [name, tensor.data] as const;
  });
  return Object.fromEntries(arrays) as unknown as MlpWeights;
}

function takeVocabulary(file: TensorFile<StoredTensor>): Vocabulary {
  const nOffsets = file.tensors.get("termOffsets")?.data.length ?? 0;
  if (nOffsets === 1) throw new ModelFormatError(8, "a vocabulary of at least one term", "none");
  const termOffsets = takeTensor(file, "termOffsets", [nOffsets], Uint32Array);
  const termBytes = takeTensor(file, "termBytes", [termOffsets.data.at(-1) ?? 0], Uint8Array);
  try {
    return Vocabulary.fromBytes({ termBytes: termBytes.data, termOffsets: termOffsets.data });
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    // The vocabulary counts from the start of its bytes.
    throw new ModelFormatError(termBytes.offset + error.offset, error.expected, error.found, { cause: error });
  }
}

/** A term is in at least one training article, and in no more articles of a label than there are. */
function takeLabelDocumentFrequency(
  file: TensorFile<StoredTensor>,
  { labels, trainSupport }: ModelMetadata,
  vocabulary: Vocabulary,
): Uint32Array {
  const { nTerms } = vocabulary;
  const { data, offset } = takeTensor(file, "labelDocumentFrequency", [labels.length, nTerms], Uint32Array);
  for (let column = 0; column < nTerms; column++) {
    let documentFrequency = 0;
    for (const [label, support] of trainSupport.entries()) {
      const place = label * nTerms + column;
      const count = data[place] as number;
      if (count > support) {
        const expected = `at most ${support} articles of ${JSON.stringify(labels[label])} with term ${column}`;
        throw new ModelFormatError(offset + 4 * place, expected, `${count}`);
      }
      documentFrequency += count;
    }
    if (documentFrequency === 0) {
      const expected = `term ${column}, ${JSON.stringify(vocabulary.termAt(column))}, in at least one article`;
      throw new ModelFormatError(offset + 4 * column, expected, "0 for all labels");
    }
  }
  return data;
}

function takeUserWords(file: TensorFile<StoredTensor>): readonly UserWord[] {
  const sizeBytes = file.tensors.get(USER_WORDS_NAME)?.data.length;
  if (sizeBytes === undefined) return [];
  const { data, offset } = takeTensor(file, USER_WORDS_NAME, [sizeBytes], Uint8Array);
  try {
    const userWords = decodeUserWords(data);
    checkUserWords(userWords, MAX_CONTEXT_IDS, MAX_CONTEXT_IDS);
    return userWords;
  } catch (cause) {
    throw new ModelFormatError(offset, "user words as JSON rows", (cause as Error).message, { cause });
  }
}

async function decode(bytes: Uint8Array): Promise<ModelParts> {
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

  const vocabulary = takeVocabulary(file);
  const labelDocumentFrequency = takeLabelDocumentFrequency(file, metadata, vocabulary);
  const weights = takeWeights(file, metadata, vocabulary.nTerms);
  const userWords = takeUserWords(file);
  const nKnown = Object.keys(weights).length + 3 + Number(file.tensors.has(USER_WORDS_NAME));
  if (file.tensors.size !== nKnown) {
    throw new ModelFormatError(
      8,
      `${nKnown} tensors`,
      `${file.tensors.size}: ${[...file.tensors.keys()].join(", ").slice(0, 200)}`,
    );
  }
  return { metadata, vocabulary, labelDocumentFrequency, weights, ...(userWords.length === 0 ? {} : { userWords }) };
}

/**
 * Reads a model file and checks it fully: container, digest, manifest, names, shapes and types of all tensors, sorted
 * terms, document frequencies within the numbers of articles, finite weights.
 *
 * The arrays of the result are views into `bytes` where its alignment allows.
 * @param source name of the file for messages
 * @throws {ModelFormatError} code MODEL_FORMAT, MODEL_VERSION or MODEL_CHECKSUM
 */
export async function decodeModel(bytes: Uint8Array, source?: string): Promise<ModelParts> {
  try {
    return await decode(bytes);
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    const { offset, expected, found, code, hint, cause } = error;
    throw new ModelFormatError(offset, expected, found, {
      code,
      hint: hint ?? "give a model file that newsclf train wrote",
      ...(source === undefined ? {} : { source }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
