import { describe, expect, it } from "vitest";
import { calibrate, isNoCalibration, noCalibration } from "../../../src/nn/calibration.js";

describe("calibrate", () => {
  it("raises probabilities to 1 / temperature", () => {
    // Temperature ½: squares 0.25, 0.09, 0.04; sum 0.38.
    const probabilities = Float32Array.of(0.5, 0.3, 0.2);
    calibrate(probabilities, { temperature: 0.5, labelBias: [0, 0, 0] });
    for (const [c, expected] of [0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38].entries()) {
      expect(probabilities[c]).toBeCloseTo(expected, 6);
    }
  });

  it("multiplies them by e^bias", () => {
    // e^ln 3 = 3: 0.2 · 3 = 0.6 beside 0.8; sum 1.4.
    const probabilities = Float32Array.of(0.2, 0.8);
    calibrate(probabilities, { temperature: 1, labelBias: [Math.log(3), 0] });
    expect(probabilities[0]).toBeCloseTo(0.6 / 1.4, 6);
    expect(probabilities[1]).toBeCloseTo(0.8 / 1.4, 6);
  });

  it("keeps 0 and 1 at the ends of all ranges", () => {
    const probabilities = Float32Array.of(0, 1, 0);
    calibrate(probabilities, { temperature: 0.001, labelBias: [1000, -1000, 0] });
    expect([...probabilities]).toEqual([0, 1, 0]);
  });

  it("changes nothing at temperature 1 without biases, up to rounding", () => {
    const probabilities = Float32Array.of(0.7, 0.2, 0.1);
    calibrate(probabilities, noCalibration(3));
    for (const [c, expected] of [0.7, 0.2, 0.1].entries()) expect(probabilities[c]).toBeCloseTo(expected, 6);
  });
});

describe("isNoCalibration", () => {
  it("tells the one that changes nothing from all others", () => {
    expect(isNoCalibration(noCalibration(2))).toBe(true);
    expect(isNoCalibration({ temperature: 1.1, labelBias: [0, 0] })).toBe(false);
    expect(isNoCalibration({ temperature: 1, labelBias: [0, 0.1] })).toBe(false);
  });
});
