import type { MessageWriter } from "./streams.js";

/** One state of a long job. */
export interface ProgressState {
  /** What is being done, e.g. "analyze". */
  readonly stage: string;
  /** Units done and in all; the share of the bar, which is left out where that is not known. */
  readonly nDone: number;
  readonly nTotal: number | null;
  /** Documents handled since the stage began, for the rate. */
  readonly nDocuments: number;
  /** Figures to show behind the bar, e.g. "loss 0.312". */
  readonly note: string;
}

const BAR_CELLS = 20;
const DEFAULT_COLUMNS = 80;
const REDRAW_MS = 100;
const LINE_MS = 5000;

/** "1:05" or "2:03:04". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Where a stage stood when its clock was started. */
export interface StageStart {
  readonly seconds: number;
  readonly nDone: number;
  readonly nDocuments: number;
}

/** One line for a state at `seconds`: bar, share, figures, rate and time left, the last two as measured since the start. */
export function renderProgress(state: ProgressState, seconds: number, start: StageStart): string {
  const nTotal = state.nTotal ?? 0;
  const share = nTotal === 0 ? 1 : Math.min(1, state.nDone / nTotal);
  const nFull = Math.floor(share * BAR_CELLS);
  const bar = `${"█".repeat(nFull)}${"░".repeat(BAR_CELLS - nFull)}`;
  const done =
    state.nTotal === null
      ? state.nDone.toLocaleString("en-US")
      : `${bar} ${String(Math.floor(share * 100)).padStart(3)}%`;
  const parts = [`${state.stage.padEnd(8)} ${done}`];
  if (state.note !== "") parts.push(state.note);
  const elapsed = seconds - start.seconds;
  const nDocuments = state.nDocuments - start.nDocuments;
  if (elapsed > 0 && nDocuments > 0) parts.push(`${Math.round(nDocuments / elapsed).toLocaleString("en-US")} docs/s`);
  const nDone = state.nDone - start.nDone;
  if (nDone > 0 && share < 1) parts.push(`ETA ${formatDuration((elapsed / nDone) * (nTotal - state.nDone))}`);
  return parts.join("  ");
}

/**
 * Shows progress on stderr: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere.
 *
 * The clock is read here and nowhere in the library.
 */
export class ProgressDisplay {
  readonly #messages: MessageWriter;
  readonly #now: () => number;
  #stage: string | null = null;
  #start: StageStart = { seconds: 0, nDone: 0, nDocuments: 0 };
  #lastShownMs = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds on a clock that never goes back */
  constructor(messages: MessageWriter, now: () => number = () => performance.now()) {
    this.#messages = messages;
    this.#now = now;
  }

  show(state: ProgressState): void {
    const { isTerminal } = this.#messages;
    const nowMs = this.#now();
    if (state.stage !== this.#stage) {
      this.clear();
      this.#stage = state.stage;
      this.#start = { seconds: nowMs / 1000, nDone: state.nDone, nDocuments: state.nDocuments };
      this.#lastShownMs = isTerminal ? Number.NEGATIVE_INFINITY : nowMs;
    }
    if (nowMs - this.#lastShownMs < (isTerminal ? REDRAW_MS : LINE_MS)) return;
    this.#lastShownMs = nowMs;
    const line = renderProgress(state, nowMs / 1000, this.#start);
    if (isTerminal) {
      // A full line would wrap, and the next redraw would leave its first half standing.
      const nCells = (this.#messages.columns ?? DEFAULT_COLUMNS) - 1;
      this.#messages.showLine(line.slice(0, Math.max(0, nCells)));
    } else {
      this.#messages.write(`${line}\n`);
    }
  }

  /** Writes a full line for people, above the bar. */
  log(line: string): void {
    this.#messages.write(`${line}\n`);
  }

  /** Takes the bar off the terminal. */
  clear(): void {
    this.#messages.clearLine();
  }
}
