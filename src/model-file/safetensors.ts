/**
 * The safetensors container: an unsigned 64-bit little-endian header length, a JSON header, the tensor bytes.
 *
 * @see https://github.com/huggingface/safetensors#format
 * As the reference implementation demands, tensors follow each other without gaps and fill the file to its end. Of the dtypes only those that
 * newsclf writes are read.
 */
import { ModelFormatError, showValue } from "../errors.js";
import { parseStoredJson } from "./manifest-reader.js";

export type TensorArray = Float32Array | Uint32Array | Uint16Array | Uint8Array | Int8Array;

type Dtype = "F32" | "U32" | "U16" | "F16" | "U8" | "I8";

interface TensorArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorArray;
}

/** Element types by their names in the container. */
const ARRAYS: Readonly<Record<Dtype, TensorArrayConstructor>> = {
  F32: Float32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  F16: Uint16Array,
  U8: Uint8Array,
  I8: Int8Array,
};

export interface Tensor {
  /** Row-major; the product is the number of elements. */
  readonly shape: readonly number[];
  readonly data: TensorArray;
  /** Given where the array's type does not tell: binary16 numbers are held as their bits. */
  readonly dtype?: "F16";
}

export interface TensorFile<T extends Tensor = Tensor> {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, T>;
}

/** A tensor as it was found in a file. */
export interface StoredTensor extends Tensor {
  /** Byte of the file at which its data begins. */
  readonly offset: number;
}

const HEADER_LENGTH_BYTES = 8;
/**
 * A header is in memory some ten times over while it is read. It holds some 4 KB, about 100 bytes for each label and 150 for each epoch of a
 * checkpoint; the reference implementation allows 100 MB.
 */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
/** Tensor bytes begin at a multiple of this, so that views need no copy. */
const ALIGNMENT = 8;

const DTYPES = Object.keys(ARRAYS) as Dtype[];

function dtypeOf({ data, dtype: given }: Tensor): Dtype {
  return given ?? (DTYPES.find((dtype) => data instanceof ARRAYS[dtype]) as Dtype);
}

function isDtype(value: unknown): value is Dtype {
  return DTYPES.some((dtype) => dtype === value);
}

/** Typed arrays are little-endian on every engine that Node runs on; a big-endian one would need a copy here. */
function bytesOf(data: TensorArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Returns the bytes of a safetensors file; equal input gives equal bytes.
 * @throws {ModelFormatError} when names and metadata make a header of more than 4 MiB, which would not be read
 *
 * Tensors are laid out by falling element size, then in the order given, so that each begins at a multiple of its element size.
 */
export function encodeSafetensors(file: TensorFile): Uint8Array<ArrayBuffer> {
  const entries = [...file.tensors].sort(
    ([, left], [, right]) => right.data.BYTES_PER_ELEMENT - left.data.BYTES_PER_ELEMENT,
  );
  const parts: string[] = [];
  const metadata = [...file.metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  parts.push(`"__metadata__":{${metadata.join(",")}}`);
  let dataBytes = 0;
  for (const [name, tensor] of entries) {
    const { shape, data } = tensor;
    const end = dataBytes + data.byteLength;
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"${dtypeOf(tensor)}","shape":[${shape.join(",")}],"data_offsets":[${dataBytes},${end}]}`,
    );
    dataBytes = end;
  }
  const unpadded = new TextEncoder().encode(`{${parts.join(",")}}`);
  const headerBytes = Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new ModelFormatError(0, `a safetensors header of at most ${MAX_HEADER_BYTES} bytes`, `${headerBytes} bytes`, {
      hint: "train with fewer labels",
    });
  }
  const bytes = new Uint8Array(HEADER_LENGTH_BYTES + headerBytes + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(unpadded, HEADER_LENGTH_BYTES);
  bytes.fill(0x20, HEADER_LENGTH_BYTES + unpadded.length, HEADER_LENGTH_BYTES + headerBytes);
  let offset = HEADER_LENGTH_BYTES + headerBytes;
  for (const [, { data }] of entries) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}

interface TensorHeader {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fail(expected: string, found: string): never {
  throw new ModelFormatError(HEADER_LENGTH_BYTES, expected, found);
}

function parseTensorHeader(name: string, value: unknown): TensorHeader {
  if (!isRecord(value)) fail(`an object for tensor ${name}`, typeof value);
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  if (Object.keys(rest).length > 0)
    fail(`only dtype, shape, data_offsets in tensor ${name}`, Object.keys(rest).join(", "));
  if (!isDtype(dtype)) fail(`dtype ${DTYPES.join(", ")} of tensor ${name}`, showValue(dtype));
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount))
    fail(`a shape of tensor ${name}`, "another value");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    fail(`two data_offsets of tensor ${name}`, "another value");
  }
  const begin = offsets[0] as number;
  const end = offsets[1] as number;
  const sizeBytes = shape.reduce(
    (product: number, extent: number) => product * extent,
    ARRAYS[dtype].BYTES_PER_ELEMENT,
  );
  if (!Number.isSafeInteger(sizeBytes) || end - begin !== sizeBytes) {
    fail(`${sizeBytes} bytes for tensor ${name}`, `${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function parseHeader(text: string): Record<string, unknown> {
  const header = parseStoredJson(text, "a header");
  if (!isRecord(header)) fail("a JSON object as header", "another value");
  return header;
}

/**
 * Returns the metadata and tensors of a safetensors file; the tensors are views into `bytes`, or into one copy of it where `bytes` is not aligned.
 *
 * Nothing is allocated before the header is checked against the size of `bytes`.
 * @throws {ModelFormatError} when the bytes are not a safetensors file or its tensors overlap, leave gaps or end outside the file
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile<StoredTensor> {
  if (bytes.length < HEADER_LENGTH_BYTES + 2) {
    throw new ModelFormatError(
      bytes.length,
      "a safetensors file (8 bytes of header length, then JSON)",
      `${bytes.length} bytes in all`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const limit = Math.min(MAX_HEADER_BYTES, bytes.length - HEADER_LENGTH_BYTES);
  if (headerBytes > limit) {
    throw new ModelFormatError(0, `a safetensors header of at most ${limit} bytes`, `a length of ${headerBytes}`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(
      bytes.subarray(HEADER_LENGTH_BYTES, HEADER_LENGTH_BYTES + headerBytes),
    );
  } catch (cause) {
    throw new ModelFormatError(HEADER_LENGTH_BYTES, "a header in UTF-8", "other bytes", { cause });
  }
  const header = new Map(Object.entries(parseHeader(text)));
  const metadata = new Map<string, string>();
  const rawMetadata = header.get("__metadata__") ?? {};
  if (!isRecord(rawMetadata)) fail("an object as __metadata__", typeof rawMetadata);
  for (const [key, value] of Object.entries(rawMetadata)) {
    if (typeof value !== "string") fail(`a string as metadata ${JSON.stringify(key)}`, typeof value);
    metadata.set(key, value);
  }
  header.delete("__metadata__");

  const headers = [...header].map(([name, value]) => parseTensorHeader(name, value));
  headers.sort((left, right) => left.begin - right.begin || left.end - right.end);
  const dataStart = HEADER_LENGTH_BYTES + headerBytes;
  let expectedBegin = 0;
  for (const { name, begin, end } of headers) {
    if (begin !== expectedBegin) {
      throw new ModelFormatError(
        dataStart + begin,
        `tensor ${name} to begin at data offset ${expectedBegin}`,
        `${begin}`,
      );
    }
    expectedBegin = end;
  }
  if (dataStart + expectedBegin !== bytes.length) {
    throw new ModelFormatError(bytes.length, `a file of ${dataStart + expectedBegin} bytes`, `${bytes.length} bytes`, {
      hint: "the file is cut off or has something appended; copy it again",
    });
  }
  const isAligned = (bytes.byteOffset + dataStart) % ALIGNMENT === 0;
  const data = isAligned ? bytes.subarray(dataStart) : new Uint8Array(bytes.subarray(dataStart));
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of headers) {
    const { BYTES_PER_ELEMENT: elementBytes } = ARRAYS[dtype];
    if (begin % elementBytes !== 0) {
      throw new ModelFormatError(
        dataStart + begin,
        `tensor ${name} at a multiple of ${elementBytes} bytes`,
        `${begin}`,
      );
    }
    const array = new ARRAYS[dtype](data.buffer, data.byteOffset + begin, (end - begin) / elementBytes);
    tensors.set(name, { shape, data: array, offset: dataStart + begin, ...(dtype === "F16" ? { dtype } : {}) });
  }
  return { metadata, tensors };
}
