/**
 * Model parts ⇔ the bytes of a model file; docs/model-format.md is the specification.
 *
 * The file is a safetensors file. Its metadata holds `sha256`, the digest of the whole file with the 64 digits of the digest
 * itself set to "0", and `newsclf`, the manifest.
 */
import { ModelFormatError } from "../errors.js";
import { documentFrequencyOf } from "../features/term-statistics.js";
import { Vocabulary } from "../features/vocabulary.js";
import { checkUserWords, decodeUserWords, encodeUserWords, type UserWord } from "../morph/user-word.js";
import type { JoinedNetworks, MemberParameters, MlpShape } from "../nn/weights.js";
import { checkDigest, DIGEST_KEY, EMPTY_DIGEST, sealDigest } from "./digest.js";
import { addFirstLayer, firstLayerNames, takeFirstLayer } from "./first-layer.js";
import { packCounts, unpackCounts } from "./label-counts.js";
import { FORMAT_VERSION, formatManifest, type ModelMetadata, parseManifest } from "./manifest.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type Tensor,
  type TensorFile,
} from "./safetensors.js";
import { checkNumbers, takeTensor, weightShapes } from "./tensors.js";

/** All that a classifier is made of. Legend: V terms, H1…H3 hidden units, C labels. */
export interface ModelParts {
  readonly metadata: ModelMetadata;
  /** Of V ≥ 1 terms. */
  readonly vocabulary: Vocabulary;
  /** `[C, V]` training articles of each label that hold the term. */
  readonly labelDocumentFrequency: Uint32Array;
  /** `[V]` articles without labels that hold the term; not there where there were none. */
  readonly unlabeledDocumentFrequency?: Uint32Array;
  /** The scores are the softmax of the mean of their logits by their votes. */
  readonly networks: JoinedNetworks;
  /** Entries beside the package's dictionary that the tokenizer had; none when left out. */
  readonly userWords?: readonly UserWord[];
}

/** The parts of a file that was read. */
export interface DecodedModel extends ModelParts {
  /** What `frequenciesOf` gives of them. */
  readonly frequencies: Frequencies;
}

/** What the idf comes from. */
export interface Frequencies {
  /** `[V]` articles that hold each term, with and without labels. */
  readonly documentFrequency: Uint32Array;
  /** How many articles there were. */
  readonly nDocuments: number;
}

/** Sums the counts of all labels, and of none. */
export function frequenciesOf({
  metadata: { nDocuments, unlabeled },
  vocabulary,
  labelDocumentFrequency,
  unlabeledDocumentFrequency,
}: Pick<ModelParts, "metadata" | "vocabulary" | "labelDocumentFrequency" | "unlabeledDocumentFrequency">): Frequencies {
  const documentFrequency = documentFrequencyOf(labelDocumentFrequency, vocabulary.nTerms);
  for (const [term, frequency] of unlabeledDocumentFrequency?.entries() ?? []) {
    documentFrequency[term] = (documentFrequency[term] as number) + frequency;
  }
  return { documentFrequency, nDocuments: nDocuments + (unlabeled?.nDocuments ?? 0) };
}

const MANIFEST_KEY = "newsclf";
const LABELED_NAME = "labelDocumentFrequency";
/** Only in the file of a model that was trained on articles without labels, too. */
const UNLABELED_NAME = "unlabeledDocumentFrequency";
/** Only in the file of a model with user words. */
const USER_WORDS_NAME = "userWords";
/** Context ids have 16 bits; those of the dictionary are checked when it takes the words. */
const MAX_CONTEXT_IDS = 65_536;

/** Name of a tensor of a member network. In version 1 there was one network, without a number. */
function memberTensorName(formatVersion: number, member: number, name: string): string {
  return formatVersion === 1 ? name : `${member}.${name}`;
}

/** The first layers of all networks, or of one in versions 1 and 2. */
const FIRST_LAYER = "w1";

/** Sizes of each network. */
function shapesOf({ members, labels }: ModelMetadata, nTerms: number): readonly MlpShape[] {
  return members.map(({ hiddenUnits }) => ({ nTerms, hiddenUnits, nLabels: labels.length }));
}

/** Units of each network's first layer. */
function firstWidths({ members }: ModelMetadata): Uint32Array {
  return Uint32Array.from(members, ({ hiddenUnits: [h1] }) => h1);
}

/** Names and shapes of a network's arrays but for its first layer, in the order of the file. */
function memberShapes(shape: MlpShape): readonly (readonly [keyof MemberParameters, readonly number[]])[] {
  return weightShapes(shape).filter(
    (entry): entry is [keyof MemberParameters, readonly number[]] => entry[0] !== FIRST_LAYER,
  );
}

/** Returns the bytes of a model file in the newest version; equal parts give equal bytes. */
export async function encodeModel(parts: ModelParts): Promise<Uint8Array<ArrayBuffer>> {
  const { metadata, networks } = parts;
  const { nTerms } = parts.vocabulary;
  const nLabels = metadata.labels.length;
  if (networks.members.length !== metadata.members.length) {
    throw new Error(`Bug: ${networks.members.length} networks, ${metadata.members.length} described`);
  }
  const { termUnits, termOffsets } = parts.vocabulary.toUnits();
  const { low, rest } = packCounts(parts.labelDocumentFrequency);
  const tensors = new Map<string, Tensor>();
  const nUnits = firstWidths(metadata).reduce((sum, width) => sum + width, 0);
  addFirstLayer(tensors, FIRST_LAYER, [nTerms, nUnits], networks.w1);
  for (const [member, shape] of shapesOf(metadata, nTerms).entries()) {
    const weights = networks.members[member] as MemberParameters;
    for (const [name, extents] of memberShapes(shape)) {
      tensors.set(memberTensorName(FORMAT_VERSION, member, name), { shape: extents, data: weights[name] });
    }
  }
  tensors.set(LABELED_NAME, { shape: [nLabels, nTerms], data: low });
  tensors.set(`${LABELED_NAME}Rest`, { shape: [rest.length], data: rest });
  if (parts.unlabeledDocumentFrequency !== undefined) {
    tensors.set(UNLABELED_NAME, { shape: [nTerms], data: parts.unlabeledDocumentFrequency });
  }
  tensors.set("termOffsets", { shape: [nTerms + 1], data: termOffsets });
  tensors.set("termUnits", { shape: [termUnits.length], data: termUnits });
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
  await sealDigest(bytes, FORMAT_VERSION);
  return bytes;
}

function takeMember(
  file: TensorFile<StoredTensor>,
  formatVersion: number,
  member: number,
  shape: MlpShape,
): MemberParameters {
  const arrays = memberShapes(shape).map(([name, extents]) => {
    const tensorName = memberTensorName(formatVersion, member, name);
    const tensor = takeTensor(file, tensorName, extents, Float32Array);
    checkNumbers(tensorName, tensor, name.startsWith("runningVar") ? 0 : Number.NEGATIVE_INFINITY);
    return [name, tensor.data] as const;
  });
  return Object.fromEntries(arrays) as unknown as MemberParameters;
}

function takeNetworks(file: TensorFile<StoredTensor>, metadata: ModelMetadata, nTerms: number): JoinedNetworks {
  const { formatVersion } = metadata;
  const shapes = shapesOf(metadata, nTerms);
  const [first, ...others] = shapes.map((shape, member) => takeMember(file, formatVersion, member, shape));
  const members = [first as MemberParameters, ...others] as const;
  const votes = metadata.members.map((member) => member.votes);
  const widths = firstWidths(metadata);
  const nUnits = widths.reduce((sum, width) => sum + width, 0);
  // Files before version 3 have one network, and its own scales.
  const isOlder = formatVersion < 3;
  const name = isOlder ? memberTensorName(formatVersion, 0, FIRST_LAYER) : FIRST_LAYER;
  const scales = isOlder ? [nTerms] : [nTerms, widths.length];
  return { w1: takeFirstLayer(file, name, [nTerms, nUnits], widths, scales), members, votes };
}

/** Runs `read`, which counts from the start of a tensor, and makes its errors count from the start of the file. */
function readingTensor<T>(offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    throw new ModelFormatError(offset + error.offset, error.expected, error.found, { cause: error });
  }
}

function takeVocabulary(file: TensorFile<StoredTensor>, formatVersion: number): Vocabulary {
  const nOffsets = file.tensors.get("termOffsets")?.data.length ?? 0;
  if (nOffsets === 1) throw new ModelFormatError(8, "a vocabulary of at least one term", "none");
  const { data: termOffsets } = takeTensor(file, "termOffsets", [nOffsets], Uint32Array);
  const shape = [termOffsets.at(-1) ?? 0];
  if (formatVersion === 1) {
    const { data: termBytes, offset } = takeTensor(file, "termBytes", shape, Uint8Array);
    return readingTensor(offset, () => Vocabulary.fromBytes({ termBytes, termOffsets }));
  }
  const { data: termUnits, offset } = takeTensor(file, "termUnits", shape, Uint16Array);
  return readingTensor(offset, () => Vocabulary.fromUnits({ termUnits, termOffsets }));
}

function takeLabelDocumentFrequency(
  file: TensorFile<StoredTensor>,
  metadata: ModelMetadata,
  vocabulary: Vocabulary,
): Uint32Array {
  const name = LABELED_NAME;
  const shape = [metadata.labels.length, vocabulary.nTerms];
  if (metadata.formatVersion === 1) {
    const { data: counts, offset } = takeTensor(file, name, shape, Uint32Array);
    checkCounts(counts, metadata, vocabulary, offset, Uint32Array.BYTES_PER_ELEMENT);
    return counts;
  }
  const { data: low, offset } = takeTensor(file, name, shape, Uint8Array);
  const restName = `${name}Rest`;
  const nRest = file.tensors.get(restName)?.data.length ?? 0;
  const { data: rest, offset: restOffset } = takeTensor(file, restName, [nRest], Uint32Array);
  const counts = readingTensor(restOffset, () => unpackCounts({ low, rest }));
  checkCounts(counts, metadata, vocabulary, offset, Uint8Array.BYTES_PER_ELEMENT);
  return counts;
}

/** Place of the first of `counts[start … end)` that is above the limit, or `end`. */
function findAbove(counts: Uint32Array, start: number, end: number, limit: number): number {
  let place = start;
  while (place < end && (counts[place] as number) <= limit) place++;
  return place;
}

/** Takes the counts of articles without labels; null where there were none. */
function takeUnlabeledDocumentFrequency(
  file: TensorFile<StoredTensor>,
  { unlabeled }: ModelMetadata,
  { nTerms }: Vocabulary,
): Uint32Array | null {
  if (unlabeled === undefined) return null;
  const { data: counts, offset } = takeTensor(file, UNLABELED_NAME, [nTerms], Uint32Array);
  const column = findAbove(counts, 0, nTerms, unlabeled.nDocuments);
  if (column < nTerms) {
    const expected = `at most ${unlabeled.nDocuments} articles without labels with term ${column}`;
    throw new ModelFormatError(offset + Uint32Array.BYTES_PER_ELEMENT * column, expected, `${counts[column]}`);
  }
  return counts;
}

/** No term may be in no article. */
function checkFound(
  file: TensorFile<StoredTensor>,
  { formatVersion, unlabeled }: ModelMetadata,
  documentFrequency: Uint32Array,
  vocabulary: Vocabulary,
): void {
  const column = documentFrequency.indexOf(0);
  if (column === -1) return;
  const { offset } = file.tensors.get(unlabeled === undefined ? LABELED_NAME : UNLABELED_NAME) as StoredTensor;
  const hasBytes = unlabeled === undefined && formatVersion > 1;
  const elementBytes = hasBytes ? Uint8Array.BYTES_PER_ELEMENT : Uint32Array.BYTES_PER_ELEMENT;
  const expected = `term ${column}, ${JSON.stringify(vocabulary.termAt(column))}, in at least one article`;
  throw new ModelFormatError(offset + elementBytes * column, expected, "0 for all labels");
}

/** A term is in no more articles of a label than there are. */
function checkCounts(
  counts: Uint32Array,
  { labels, trainSupport }: ModelMetadata,
  vocabulary: Vocabulary,
  offset: number,
  elementBytes: number,
): void {
  const { nTerms } = vocabulary;
  for (const [label, support] of trainSupport.entries()) {
    const start = label * nTerms;
    const column = findAbove(counts, start, start + nTerms, support) - start;
    if (column === nTerms) continue;
    const expected = `at most ${support} articles of ${JSON.stringify(labels[label])} with term ${column}`;
    throw new ModelFormatError(offset + elementBytes * (start + column), expected, `${counts[start + column]}`);
  }
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

/** Refuses tensors that no part of a model is read from. */
function checkNoOthers(file: TensorFile<StoredTensor>, metadata: ModelMetadata): void {
  const { formatVersion } = metadata;
  const known = new Set([LABELED_NAME, "termOffsets", USER_WORDS_NAME]);
  for (const name of formatVersion === 1 ? ["termBytes"] : [`${LABELED_NAME}Rest`, "termUnits"]) known.add(name);
  if (metadata.unlabeled !== undefined) known.add(UNLABELED_NAME);
  for (const [member, shape] of shapesOf(metadata, 0).entries()) {
    for (const [name] of memberShapes(shape)) known.add(memberTensorName(formatVersion, member, name));
    const firstLayer = formatVersion < 3 ? memberTensorName(formatVersion, member, FIRST_LAYER) : FIRST_LAYER;
    for (const name of firstLayerNames(file, firstLayer)) known.add(name);
  }
  const unknown = [...file.tensors.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ModelFormatError(8, "no other tensors than those of a model", unknown.join(", ").slice(0, 200));
  }
}

async function decode(bytes: Uint8Array): Promise<DecodedModel> {
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
  const { formatVersion } = metadata;
  await checkDigest(bytes, digest, formatVersion);

  const vocabulary = takeVocabulary(file, formatVersion);
  const labelDocumentFrequency = takeLabelDocumentFrequency(file, metadata, vocabulary);
  const unlabeled = takeUnlabeledDocumentFrequency(file, metadata, vocabulary);
  const counts = { labelDocumentFrequency, ...(unlabeled === null ? {} : { unlabeledDocumentFrequency: unlabeled }) };
  const frequencies = frequenciesOf({ metadata, vocabulary, ...counts });
  checkFound(file, metadata, frequencies.documentFrequency, vocabulary);
  const networks = takeNetworks(file, metadata, vocabulary.nTerms);
  const userWords = takeUserWords(file);
  checkNoOthers(file, metadata);
  return {
    metadata,
    vocabulary,
    ...counts,
    frequencies,
    networks,
    ...(userWords.length === 0 ? {} : { userWords }),
  };
}

/**
 * Reads a model file and checks it fully: container, digest, manifest, names, shapes and types of all tensors, sorted
 * terms, document frequencies within the numbers of articles, finite weights.
 *
 * The arrays of the result are views into `bytes` where its alignment allows.
 * @param source name of the file for messages
 * @throws {ModelFormatError} code MODEL_FORMAT, MODEL_VERSION or MODEL_CHECKSUM
 */
export async function decodeModel(bytes: Uint8Array, source?: string): Promise<DecodedModel> {
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
