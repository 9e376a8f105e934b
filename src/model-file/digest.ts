/** The digest that files of ours carry in the metadata of their safetensors header. */
import { ModelFormatError } from "../errors.js";
import { sha256, toHex } from "../sha-256.js";

/** Must be the first key of the metadata. */
export const DIGEST_KEY = "sha256";
const DIGEST_DIGITS = 64;
/** Stands in the digest's place while it is made. */
export const EMPTY_DIGEST = "0".repeat(DIGEST_DIGITS);
/** The digest comes first in the header, so its place is the same in every file. */
const HEADER_START = `{"__metadata__":{"${DIGEST_KEY}":"`;
const DIGEST_OFFSET = 8 + HEADER_START.length;

/** Bytes that are digested at once. WebCrypto copies what it is given. */
const DIGEST_BLOCK_BYTES = 2 ** 20;
/** Blocks that are under way together: the engine digests them in threads of its own, and holds as many copies. */
const BLOCKS_AT_ONCE = 4;

/** The bytes for WebCrypto, which takes no shared memory. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function writeDigest(bytes: Uint8Array, digest: string): void {
  bytes.set(new TextEncoder().encode(digest), DIGEST_OFFSET);
}

/**
 * The digest, in hexadecimal digits, of a file whose own digits count as "0": SHA-256 of the SHA-256 digests of its blocks
 * of 1 MiB, in version 1 of the whole at once.
 */
async function digestOf(bytes: Uint8Array, formatVersion: number): Promise<string> {
  const blockBytes = formatVersion === 1 ? bytes.length : DIGEST_BLOCK_BYTES;
  // A copy by the constructor: `slice` of Node's Buffer is a view.
  const first = new Uint8Array(bytes.subarray(0, blockBytes));
  writeDigest(first, EMPTY_DIGEST);
  let digest = await sha256(first);
  if (formatVersion !== 1) {
    const blockDigests = [...digest];
    for (let start = blockBytes; start < bytes.length; start += BLOCKS_AT_ONCE * blockBytes) {
      const end = Math.min(start + BLOCKS_AT_ONCE * blockBytes, bytes.length);
      const blocks: Promise<Uint8Array>[] = [];
      for (let block = start; block < end; block += blockBytes) {
        blocks.push(sha256(unshared(bytes.subarray(block, Math.min(block + blockBytes, end)))));
      }
      for (const each of await Promise.all(blocks)) blockDigests.push(...each);
    }
    digest = await sha256(Uint8Array.from(blockDigests));
  }
  return toHex(digest);
}

/** Writes the digest of the newest form into a file whose metadata begins with {@link DIGEST_KEY} and {@link EMPTY_DIGEST}. */
export async function sealDigest(bytes: Uint8Array, formatVersion: number): Promise<void> {
  writeDigest(bytes, await digestOf(bytes, formatVersion));
}

/**
 * Checks a file against its digest.
 * @param expected the digest in the metadata
 * @throws {ModelFormatError} code MODEL_CHECKSUM when the content is another; MODEL_FORMAT when the digest is not in its place
 */
export async function checkDigest(bytes: Uint8Array, expected: string, formatVersion: number): Promise<void> {
  const written = new TextDecoder("latin1").decode(bytes.subarray(DIGEST_OFFSET, DIGEST_OFFSET + DIGEST_DIGITS));
  if (written !== expected) {
    throw new ModelFormatError(8, `the header to begin with ${HEADER_START}`, "another order of metadata", {
      hint: "the file was rewritten by another program",
    });
  }
  const found = await digestOf(bytes, formatVersion);
  if (found !== expected) {
    throw new ModelFormatError(DIGEST_OFFSET, `contents with SHA-256 ${expected}`, found, {
      code: "MODEL_CHECKSUM",
      hint: "the file is damaged; copy it again or train again",
    });
  }
}
