import { describe, expect, it } from "vitest";
import { isNoCalibration, noCalibration } from "../../../src/nn/calibration.js";

describe("isNoCalibration", () => {
  it("tells the one that changes nothing from all others", () => {
    expect(isNoCalibration(noCalibration(2))).toBe(true);
    expect(isNoCalibration({ temperature: 1.1, labelBias: [0, 0] })).toBe(false);
    expect(isNoCalibration({ temperature: 1, labelBias: [0, 0.1] })).toBe(false);
  });
});
