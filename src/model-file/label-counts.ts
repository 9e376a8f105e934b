/**
 * Document frequencies by label in a byte each, for nearly all are small. A byte of 255 stands for 255 and what the next
 * number of `rest` adds.
 */
import { ModelFormatError } from "../errors.js";

const FULL_BYTE = 255;

export interface PackedCounts {
  /** One for each count. */
  readonly low: Uint8Array;
  /** One for each byte of 255, in their order. */
  readonly rest: Uint32Array;
}

/** Returns the packed form of counts. */
export function packCounts(counts: Uint32Array): PackedCounts {
  const low = new Uint8Array(counts.length);
  for (let i = 0; i < counts.length; i++) low[i] = Math.min(counts[i] as number, FULL_BYTE);
  const rest = counts.filter((count) => count >= FULL_BYTE).map((count) => count - FULL_BYTE);
  return { low, rest };
}

/**
 * Returns the counts that were packed.
 * @throws {ModelFormatError} when there is not one number of `rest`, at most 2^32 - 256, for each byte of 255; its `offset`
 * counts bytes from the start of `rest`
 */
export function unpackCounts({ low, rest }: PackedCounts): Uint32Array {
  const counts = new Uint32Array(low);
  let nFull = 0;
  for (let i = counts.indexOf(FULL_BYTE); i !== -1; i = counts.indexOf(FULL_BYTE, i + 1)) {
    const count = FULL_BYTE + (rest[nFull] ?? 0);
    if (count > 0xffff_ffff) throw new ModelFormatError(4 * nFull, "a count below 2^32", `${count}`);
    counts[i] = count;
    nFull++;
  }
  if (nFull !== rest.length) {
    throw new ModelFormatError(0, `${nFull} numbers, one for each full count`, `${rest.length}`);
  }
  return counts;
}
