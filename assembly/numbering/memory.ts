/**
 * Room for what grows, one piece behind another. What has outgrown its piece leaves it for a larger one, so the pieces left
 * behind take as much together as those in use.
 */

/** The first page is the compiler's own. */
let top: usize = 0x10000;

const PAGE_SHIFT: usize = 16;
/** Nothing lies beyond: addresses have 32 bits, and loads reach over the end of a piece. */
const LIMIT: u64 = 0xffff_0000;

export const NO_MEMORY: usize = 0;

/** Bytes in use, for a message. */
export function memoryEnd(): usize {
  return top;
}

/** Returns `nBytes` zeros at a multiple of 64, or NO_MEMORY. */
export function allocate(nBytes: u64): usize {
  const end = (<u64>top + nBytes + 63) & ~63;
  if (end > LIMIT) return NO_MEMORY;
  const nMissing = <i32>((<usize>end + 0xffff) >> PAGE_SHIFT) - memory.size();
  if (nMissing > 0 && memory.grow(nMissing) < 0) return NO_MEMORY;
  const at = top;
  top = <usize>end;
  return at;
}
