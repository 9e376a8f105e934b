import type { Streams } from "./streams.js";

/** One state of a long job. */
export interface ProgressState {
  /** What is being done, e.g. "analyze". */
  readonly stage: string;
  /** Units done and in all; the share of the bar. */
  readonly nDone: number;
  readonly nTotal: number;
  /** Documents handled since the stage began, for the rate. */
  readonly nDocuments: number;
  /** Figures to show behind the bar, e.g. "loss 0.312". */
  readonly note: string;
}

const BAR_CELLS = 20;
const REDRAW_MS = 100;
const LINE_MS = 5000;

/** "1:05" or "2:03:04". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** One line for a state: bar, share, figures, rate and time left. */
export function renderProgress(state: ProgressState, elapsedSeconds: number): string {
  const share = state.nTotal === 0 ? 1 : Math.min(1, state.nDone / state.nTotal);
  const nFull = Math.floor(share * BAR_CELLS);
  const bar = `${"█".repeat(nFull)}${"░".repeat(BAR_CELLS - nFull)}`;
  const parts = [`${state.stage.padEnd(8)} ${bar} ${String(Math.floor(share * 100)).padStart(3)}%`];
  if (state.note !== "") parts.push(state.note);
  if (elapsedSeconds > 0 && state.nDocuments > 0) {
    parts.push(`${Math.round(state.nDocuments / elapsedSeconds).toLocaleString("en-US")} docs/s`);
  }
  if (share > 0 && share < 1) parts.push(`ETA ${formatDuration((elapsedSeconds / share) * (1 - share))}`);
  return parts.join("  ");
}

/**
 * Shows progress on stderr: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere.
 *
 * The clock is read here and nowhere in the library.
 */
export class ProgressDisplay {
  readonly #stderr: Streams["stderr"];
  readonly #now: () => number;
  #stage = "";
  #stageStart = 0;
  #lastShown = Number.NEGATIVE_INFINITY;
  #isLineOpen = false;

  constructor(stderr: Streams["stderr"], now: () => number = () => performance.now()) {
    this.#stderr = stderr;
    this.#now = now;
  }

  show(state: ProgressState): void {
    const now = this.#now();
    if (state.stage !== this.#stage) {
      this.clear();
      this.#stage = state.stage;
      this.#stageStart = now;
      this.#lastShown = this.#stderr.isTTY === true ? Number.NEGATIVE_INFINITY : now;
    }
    const isTerminal = this.#stderr.isTTY === true;
    if (now - this.#lastShown < (isTerminal ? REDRAW_MS : LINE_MS)) return;
    this.#lastShown = now;
    const line = renderProgress(state, (now - this.#stageStart) / 1000);
    if (isTerminal) {
      const width = this.#stderr.columns ?? 80;
      this.#stderr.write(`\r\u001b[2K${line.slice(0, width - 1)}`);
      this.#isLineOpen = true;
    } else {
      this.#stderr.write(`${line}\n`);
    }
  }

  /** Writes a full line for people, above the bar. */
  log(line: string): void {
    this.clear();
    this.#stderr.write(`${line}\n`);
  }

  /** Takes the bar off the terminal. */
  clear(): void {
    if (this.#isLineOpen) this.#stderr.write("\r\u001b[2K");
    this.#isLineOpen = false;
  }
}
