import { describe, expect, it } from "vitest";
import { isNoCalibration, noCalibration } from "../../../src/nn/calibration.js";

describe("isNoCalibration", () => {
  it("tells the one that changes nothing from all others", () => {
    expect(isNoCalibration(noCalibration(2))).toBe(true);
    expect(isNoCalibration({ ...noCalibration(2), temperature: 1.1 })).toBe(false);
    expect(isNoCalibration({ ...noCalibration(2), flattenedShare: 0.1 })).toBe(false);
    expect(isNoCalibration({ ...noCalibration(2), labelBias: [0, 0.1] })).toBe(false);
  });
});
