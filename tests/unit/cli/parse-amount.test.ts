import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { parseBytes, parseDuration } from "../../../src/cli/parse-amount.js";

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
  ])("reads %s as %i ms", (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(["", "5", "m", "0s", "-1s", "5 m", "5M", "1d", "1e3s", "600h", "5mm", "5constructor"])(
    "refuses %j",
    (text) => {
      expect(() => parseDuration(text)).toThrow(InvalidArgumentError);
      expect(() => parseDuration(text)).toThrow(`must be a time such as 90s, 5m or 1.5h, up to 24 days; got "${text}"`);
    },
  );
});

describe("parseBytes", () => {
  it.each([
    ["800KB", 800_000],
    ["10MB", 10_000_000],
    ["1.5GB", 1_500_000_000],
  ])("reads %s as %i bytes", (text, nBytes) => {
    expect(parseBytes(text)).toBe(nBytes);
  });

  it.each(["", "10", "0MB", "10mb", "10 MB", "MB"])("refuses %j", (text) => {
    expect(() => parseBytes(text)).toThrow(`must be a size such as 800KB, 10MB or 1GB; got "${text}"`);
  });
});
