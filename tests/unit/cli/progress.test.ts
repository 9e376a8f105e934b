import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { formatDuration, ProgressDisplay, type ProgressState, renderProgress } from "../../../src/cli/progress.js";
import { MessageWriter } from "../../../src/cli/streams.js";

const state = (given: Partial<ProgressState>): ProgressState => ({
  stage: "train",
  nDone: 0,
  nTotal: 100,
  nDocuments: 0,
  note: "",
  ...given,
});

const START = { seconds: 0, nDone: 0, nDocuments: 0 };

/** A display on a stream in memory with a clock that the test sets. */
function makeDisplay(columns?: number) {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const clock = { ms: 0 };
  const messages = new MessageWriter(Object.assign(stream, terminal));
  const display = new ProgressDisplay(messages, () => clock.ms);
  return { display, messages, clock, takeWritten: () => chunks.splice(0).join("") };
}

describe("formatDuration", () => {
  it.each([
    [0, "0:00"],
    [-3, "0:00"],
    [4.4, "0:04"],
    [59.5, "1:00"],
    [65, "1:05"],
    [3599.4, "59:59"],
    [3600, "1:00:00"],
    [7384, "2:03:04"],
    [360_000, "100:00:00"],
  ])("shows %d seconds as %s", (seconds, shown) => {
    expect(formatDuration(seconds)).toBe(shown);
  });
});

describe("renderProgress", () => {
  it("shows bar, share, note, rate and time left", () => {
    // 25 of 100 in 10 s: 75 more take 30 s. 4,000 documents in 10 s: 400 a second. A quarter of 20 cells: 5.
    const line = renderProgress(state({ nDone: 25, nDocuments: 4000, note: "loss 0.3120" }), 10, START);
    expect(line).toBe("train    █████░░░░░░░░░░░░░░░  25%  loss 0.3120  400 docs/s  ETA 0:30");
  });

  it("measures from where the stage began, not from 0", () => {
    // From 20 to 60 of 100 in 10 s: 40 more take 10 s. 1,000 to 21,000 documents: 2,000 a second.
    const start = { seconds: 5, nDone: 20, nDocuments: 1000 };
    const line = renderProgress(state({ nDone: 60, nDocuments: 21_000 }), 15, start);
    expect(line).toBe("train    ████████████░░░░░░░░  60%  2,000 docs/s  ETA 0:10");
  });

  it("shows no rate and no time left before anything is done", () => {
    expect(renderProgress(state({}), 3, START)).toBe("train    ░░░░░░░░░░░░░░░░░░░░   0%");
    expect(renderProgress(state({ nDone: 1, nDocuments: 5 }), 0, { ...START, nDone: 1, nDocuments: 5 })).toBe(
      "train    ░░░░░░░░░░░░░░░░░░░░   1%",
    );
  });

  it("is full at the end, also of nothing, and never above", () => {
    const full = `${"█".repeat(20)} 100%`;
    expect(renderProgress(state({ nDone: 100 }), 1, START)).toBe(`train    ${full}`);
    expect(renderProgress(state({ nDone: 101 }), 1, START)).toBe(`train    ${full}`);
    expect(renderProgress(state({ nDone: 12_345, nTotal: null, nDocuments: 0, note: "" }), 1, START)).toBe(
      "train    12,345",
    );
    expect(renderProgress(state({ nTotal: 0 }), 1, START)).toBe(`train    ${full}`);
  });
});

describe("ProgressDisplay on a terminal", () => {
  it("draws at once and then at most every 100 ms, over the same line", () => {
    const { display, clock, takeWritten } = makeDisplay(80);
    display.show(state({ nDone: 10 }));
    expect(takeWritten()).toBe("\r\u001b[2Ktrain    ██░░░░░░░░░░░░░░░░░░  10%");
    clock.ms = 99;
    display.show(state({ nDone: 11 }));
    expect(takeWritten()).toBe("");
    clock.ms = 100;
    display.show(state({ nDone: 20 }));
    // 10 done in 0.1 s: 80 more take 0.8 s, shown as 1.
    expect(takeWritten()).toBe("\r\u001b[2Ktrain    ████░░░░░░░░░░░░░░░░  20%  ETA 0:01");
  });

  it("draws a new stage at once and starts its clock anew", () => {
    const { display, clock, takeWritten } = makeDisplay(80);
    display.show(state({ stage: "analyze", nDone: 100, nDocuments: 9000 }));
    takeWritten();
    clock.ms = 10;
    display.show(state({ nDone: 0 }));
    expect(takeWritten()).toBe(`\r\u001b[2K\r\u001b[2Ktrain    ${"░".repeat(20)}   0%`);
    clock.ms = 1010;
    display.show(state({ nDone: 50, nDocuments: 500 }));
    expect(takeWritten()).toContain(" 50%  500 docs/s  ETA 0:01");
  });

  it("cuts the line before the last column, where it would wrap", () => {
    const { display, takeWritten } = makeDisplay(20);
    display.show(state({ nDone: 50, note: "loss 0.3120" }));
    expect(takeWritten()).toBe("\r\u001b[2Ktrain    ██████████");
  });

  it("takes the bar away for a full line, once", () => {
    const { display, takeWritten } = makeDisplay(80);
    display.log("first");
    expect(takeWritten()).toBe("first\n");
    display.show(state({}));
    takeWritten();
    display.log("model: a");
    expect(takeWritten()).toBe("\r\u001b[2Kmodel: a\n");
    display.clear();
    expect(takeWritten()).toBe("");
  });

  it("takes the bar away for what others write, but not where they have nothing to say", () => {
    const { display, messages, takeWritten } = makeDisplay(80);
    display.show(state({}));
    takeWritten();
    messages.write("");
    expect(takeWritten()).toBe("");
    messages.write("news.csv: left out 1 of 3 rows\n");
    expect(takeWritten()).toBe("\r\u001b[2Knews.csv: left out 1 of 3 rows\n");
  });
});

describe("ProgressDisplay elsewhere", () => {
  it("writes a plain line every five seconds, and none for a short job", () => {
    const { display, clock, takeWritten } = makeDisplay();
    display.show(state({ nDone: 1 }));
    clock.ms = 4999;
    display.show(state({ nDone: 20 }));
    display.clear();
    expect(takeWritten()).toBe("");
    clock.ms = 5000;
    display.show(state({ nDone: 51, note: "epoch 2/3" }));
    // From 1 to 51 in 5 s: 49 more take 4.9 s.
    expect(takeWritten()).toBe("train    ██████████░░░░░░░░░░  51%  epoch 2/3  ETA 0:05\n");
    clock.ms = 9999;
    display.show(state({ nDone: 60 }));
    expect(takeWritten()).toBe("");
  });

  it("waits five seconds in each stage", () => {
    const { display, clock, takeWritten } = makeDisplay();
    display.show(state({ stage: "analyze" }));
    clock.ms = 6000;
    display.show(state({}));
    expect(takeWritten()).toBe("");
  });
});
