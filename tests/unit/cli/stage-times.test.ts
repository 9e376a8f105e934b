import { expect, it } from "vitest";
import { StageTimes } from "../../../src/cli/stage-times.js";

it("gives the seconds of each stage in their order, up to now for the last", () => {
  let nowMs = 1000;
  const times = new StageTimes(() => nowMs);
  nowMs = 1500;
  times.begin("read");
  nowMs = 2750;
  times.begin("train");
  nowMs = 3000;
  const { stages, totalSeconds, peakMemoryBytes } = JSON.parse(times.format());
  // What comes before the first stage is in none.
  expect(stages).toEqual([
    { stage: "read", seconds: 1.25 },
    { stage: "train", seconds: 0.25 },
  ]);
  expect(totalSeconds).toBe(1.5);
  expect(peakMemoryBytes).toBeGreaterThan(1e6);
});
