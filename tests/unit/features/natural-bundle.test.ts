import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderNaturalBundle } from "../../../tools/bundle-natural.js";

const BUNDLE_URL = new URL("../../../assets/natural.js", import.meta.url);
const bundle = readFileSync(BUNDLE_URL, "utf8");

describe("assets/natural.js", () => {
  it("is what the bundler makes of the installed natural, byte for byte, twice", async () => {
    expect(await renderNaturalBundle()).toBe(bundle);
    expect(await renderNaturalBundle()).toBe(bundle);
  });

  it("carries natural's version and licence and no path of a machine", () => {
    expect(bundle).toContain("Parts of natural 8.1.1");
    expect(bundle).toContain("Permission is hereby granted, free of charge");
    expect(bundle).not.toMatch(/\/(home|root|tmp|work|Users)\//);
  });

  it("requires nothing outside itself and is small", () => {
    expect(bundle).not.toMatch(/^\s*import\b/m);
    expect(bundle).not.toMatch(/\bimport\(|\brequire\(|process\.|console\./);
    expect(bundle.length).toBeLessThan(20_000);
  });

  it("prints nothing when loaded and gives a stemmer and words", () => {
    const script =
      `const { PorterStemmer, englishStopWords } = await import(${JSON.stringify(BUNDLE_URL.href)});` +
      `process.exitCode = PorterStemmer.stem("running") === "run" && englishStopWords.length === 170 ? 7 : 1;`;
    try {
      execFileSync(process.execPath, ["--input-type=module", "--eval", script], { stdio: "pipe" });
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer };
      expect([status, stdout.toString(), stderr.toString()]).toEqual([7, "", ""]);
      return;
    }
    throw new Error("the script did not reach its end");
  });
});
