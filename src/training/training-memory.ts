import type { Spool } from "../features/spool.js";

/** A limit of memory, and where what does not fit below it goes. */
export interface TrainingMemory {
  /** Bytes that the process is to take at most. */
  readonly maxBytes: number;
  /** An empty spool; the caller of `train` closes those that are open when it has ended. */
  createSpool(): Spool;
}
