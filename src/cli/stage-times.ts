/** Times of a run's stages by the clock, for `--profile`. */
export class StageTimes {
  readonly #now: () => number;
  readonly #stages: { readonly stage: string; seconds: number }[] = [];
  #beganMs: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#beganMs = now();
  }

  /** Ends the stage at hand and begins another. */
  begin(stage: string): void {
    this.#end();
    this.#stages.push({ stage, seconds: 0 });
  }

  /** Ends the last stage and returns all in their order, as JSON: seconds, and the largest memory of the process so far. */
  format(): string {
    this.#end();
    const stages = this.#stages.map(({ stage, seconds }) => ({ stage, seconds: Number(seconds.toFixed(3)) }));
    const total = this.#stages.reduce((sum, { seconds }) => sum + seconds, 0);
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    return `${JSON.stringify({ stages, totalSeconds: Number(total.toFixed(3)), peakMemoryBytes }, null, 2)}\n`;
  }

  #end(): void {
    const nowMs = this.#now();
    const last = this.#stages.at(-1);
    if (last !== undefined) last.seconds += (nowMs - this.#beganMs) / 1000;
    this.#beganMs = nowMs;
  }
}
