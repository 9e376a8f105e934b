/** Bytes that can be read from any place. */
export interface SpoolReader {
  /** Fills `target` with the bytes from `place` on; all of them must have been written. */
  read(place: number, target: Uint8Array): void;
}

/**
 * Bytes that are written one after another and read back from any place: a temporary file, for what memory must not hold.
 * Calls are synchronous; what was appended can be read at once.
 */
export interface Spool extends SpoolReader {
  /** Writes the bytes at the end; they are not kept. */
  append(bytes: Uint8Array): void;
  /** Gives the bytes back; nothing may be read afterwards. */
  close(): void;
}
