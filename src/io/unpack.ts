import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DatasetError, isNewsclfError } from "../errors.js";
import type { ByteSource } from "./files.js";
import { peek } from "./peek.js";

const GZIP = [0x1f, 0x8b];

/** Files that are no text, by their first bytes, with what to do about them. */
const BINARY: readonly { readonly start: readonly number[]; readonly advice: string }[] = [
  {
    start: [...Buffer.from("PK\x03\x04")],
    advice: "a zip archive or a workbook; unpack it, or name a workbook with .xlsx or --input-format xlsx",
  },
  {
    start: [...Buffer.from("PAR1")],
    advice: "a Parquet file; name it with .parquet or --input-format parquet",
  },
  {
    start: [0xd0, 0xcf, 0x11, 0xe0],
    advice: 'an old Excel workbook (.xls); save it as .xlsx, or as "CSV UTF-8"',
  },
];

const STARTS = [GZIP, ...BINARY.map(({ start }) => start)];

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** Whether the bytes, still few, may go on as one of the starts. */
function mayBecomeBinary(bytes: Uint8Array): boolean {
  return STARTS.some((start) => bytes.length < start.length && startsWith(bytes, start.slice(0, bytes.length)));
}

async function* gunzip(pieces: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<Uint8Array, void> {
  const unzip = createGunzip();
  // A fault of either side destroys the other and shows below.
  pipeline(Readable.from(pieces, { objectMode: false }), unzip, () => undefined);
  try {
    yield* unzip;
  } catch (error) {
    if (isNewsclfError(error) || !(error instanceof Error)) throw error;
    throw new DatasetError(
      "DATASET_FORMAT",
      { source },
      `is not a whole gzip file (${error.message}); copy it again or compress it again`,
      { cause: error },
    );
  }
}

/**
 * The bytes of a text: those of a gzip file are decompressed, whatever its name. Memory is one chunk, however much comes out.
 *
 * Reading throws {DatasetError} with code DATASET_FORMAT when the bytes are those of a workbook, an archive or a Parquet file,
 * or of a gzip file that is damaged or cut off.
 */
export function unpack(source: ByteSource): ByteSource {
  return { ...source, chunks: unpackChunks(source) };
}

async function* unpackChunks({ name, chunks }: ByteSource): AsyncGenerator<Uint8Array, void> {
  const { start, pieces } = await peek(chunks, (soFar) => soFar.length > 0 && !mayBecomeBinary(Buffer.concat(soFar)));
  const bytes = Buffer.concat(start);
  if (startsWith(bytes, GZIP)) {
    yield* gunzip(pieces, name);
    return;
  }
  const binary = BINARY.find((candidate) => startsWith(bytes, candidate.start));
  if (binary !== undefined) {
    await pieces.return();
    throw new DatasetError("DATASET_FORMAT", { source: name }, `is ${binary.advice}`);
  }
  yield* pieces;
}
