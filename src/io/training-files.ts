import type { Spool } from "../features/spool.js";
import { checkLeastMemory } from "../training/memory-plan.js";
import type { TrainingMemory } from "../training/training-memory.js";
import { SpoolFile } from "./spool-file.js";

/** A limit of memory with temporary files in a folder for what does not fit. */
export class TrainingFiles implements TrainingMemory {
  readonly maxBytes: number;
  readonly #folder: string;
  readonly #spools: Spool[] = [];

  /** @throws {OptionError} when the limit is below what any run takes */
  constructor(maxBytes: number, folder: string) {
    checkLeastMemory(maxBytes);
    this.maxBytes = maxBytes;
    this.#folder = folder;
  }

  /** @throws {FileError} when no file can be made in the folder */
  createSpool(): Spool {
    const spool = new SpoolFile(this.#folder);
    this.#spools.push(spool);
    return spool;
  }

  /** Closes all spools; threads that read them must have ended. */
  close(): void {
    for (const spool of this.#spools) spool.close();
  }
}
