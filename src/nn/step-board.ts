/**
 * How threads divide the work of a step: the calling thread posts a piece of work after another, and every thread takes
 * pieces until none is left. Nobody is waited for who has taken nothing, so a thread that starts late, is slow or has
 * ended costs time and never changes a result.
 */

/** What is posted. */
export const WORK = { none: 0, prepare: 1, forward: 2, update: 3, end: 4 } as const;
export type Work = (typeof WORK)[keyof typeof WORK];

/** No piece is left. */
export const NO_PIECE = -1;

// Places among the words.
/** Number of the posting, then PIECE_BITS of the next piece: a late thread cannot take a piece of a later posting. */
const TICKET = 0;
const N_PIECES = 1;
const KIND = 2;
const N_DONE = 3;
const DRAFT = 4;
const HAS_FAILED = 5;

const PIECE_BITS = 12;
const PIECE_MASK = (1 << PIECE_BITS) - 1;

/**
 * Looks at the board before a thread goes to sleep: some 50 µs, longer than most waits of a step, and waking takes as long
 * (2026-11-23, AMD EPYC, Node 20.20).
 */
const N_LOOKS = 4000;
/** A thread that has taken a piece, which is work for microseconds, and does not finish in so many waits, is gone. */
const MAX_WAITS = 100;
const WAIT_MS = 100;

/** Shared by all threads of a run; the words lie in memory that they share, or belong to the one thread there is. */
export class StepBoard {
  static readonly N_WORDS = 8;
  static readonly N_NUMBERS = 8;
  /** Most pieces of one posting: the largest number that stands for "none yet". */
  static readonly MAX_PIECES = PIECE_MASK;

  /** `[8]` what the pieces of a posting need to know; to be written before it is posted. */
  readonly numbers: Float64Array;
  readonly #words: Int32Array;
  #lastTicket = 0;

  /** Over zeros: words `[N_WORDS]`, numbers `[2 N_NUMBERS]` at a multiple of eight bytes. */
  constructor(words: Uint32Array, numbers: Uint32Array) {
    this.#words = new Int32Array(words.buffer, words.byteOffset, StepBoard.N_WORDS);
    this.numbers = new Float64Array(numbers.buffer, numbers.byteOffset, StepBoard.N_NUMBERS);
  }

  /** Posts work when all pieces of the work before are done. */
  post(work: Work, draft: number, nPieces: number): void {
    const words = this.#words;
    const posting = (Atomics.load(words, TICKET) >>> PIECE_BITS) + 1;
    // Closed while the rest changes: no posting has so many pieces.
    Atomics.store(words, TICKET, (posting << PIECE_BITS) | PIECE_MASK);
    Atomics.store(words, N_PIECES, nPieces);
    Atomics.store(words, KIND, work);
    Atomics.store(words, DRAFT, draft);
    Atomics.store(words, N_DONE, 0);
    Atomics.store(words, TICKET, (posting + 1) << PIECE_BITS);
    Atomics.notify(words, TICKET);
  }

  /** Takes a piece, 0 …, or returns {@link NO_PIECE}. */
  take(): number {
    const words = this.#words;
    for (;;) {
      const ticket = Atomics.load(words, TICKET);
      const piece = ticket & PIECE_MASK;
      if (piece >= Atomics.load(words, N_PIECES)) {
        this.#lastTicket = ticket;
        return NO_PIECE;
      }
      if (Atomics.compareExchange(words, TICKET, ticket, ticket + 1) === ticket) return piece;
    }
  }

  /** What the piece in hand belongs to; without one, what was posted last. */
  get work(): Work {
    return Atomics.load(this.#words, KIND) as Work;
  }

  /** The draft that the piece in hand belongs to. */
  get draft(): number {
    return Atomics.load(this.#words, DRAFT);
  }

  /** Says that the piece in hand is done. */
  finish(): void {
    const words = this.#words;
    if (Atomics.add(words, N_DONE, 1) + 1 === Atomics.load(words, N_PIECES)) Atomics.notify(words, N_DONE);
  }

  /** Waits for the next posting after {@link take} has returned {@link NO_PIECE}. Not for the thread that posts. */
  awaitWork(): void {
    const words = this.#words;
    for (let look = 0; look < N_LOOKS; look++) {
      if (Atomics.load(words, TICKET) !== this.#lastTicket) return;
    }
    Atomics.wait(words, TICKET, this.#lastTicket);
  }

  /** Says that the piece in hand will not be done. */
  fail(): void {
    Atomics.store(this.#words, HAS_FAILED, 1);
    Atomics.notify(this.#words, N_DONE);
  }

  /**
   * Waits until all pieces are done; there must be none left to take. Returns false when a thread that has taken one does
   * not finish it.
   */
  awaitDone(): boolean {
    const words = this.#words;
    const nPieces = Atomics.load(words, N_PIECES);
    for (let look = 0; look < N_LOOKS; look++) {
      if (Atomics.load(words, N_DONE) === nPieces) return true;
    }
    // Many short waits: while the whole process is stopped, only one of them runs out.
    for (let n = 0; n < MAX_WAITS; n++) {
      const nDone = Atomics.load(words, N_DONE);
      if (nDone === nPieces) return true;
      if (Atomics.load(words, HAS_FAILED) !== 0) return false;
      Atomics.wait(words, N_DONE, nDone, WAIT_MS);
    }
    return false;
  }
}
