import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeModel } from "../../src/model-file/model-file.js";
import { runCli, TINY_CORPUS, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();

async function settingsOf(model: string): Promise<object> {
  return (await decodeModel(await readFile(model))).metadata.settings;
}

describe("newsclf train --config", () => {
  it("trains the same model from the settings of a report, and of inspect, as from the flags", async () => {
    await trainTiny(inFolder("flags"));
    const model = await readFile(inFolder("flags", "tiny.newsclf"));
    const { stdout } = await runCli(["inspect", inFolder("flags", "tiny.newsclf"), "--format", "json"]);
    await writeFile(inFolder("summary.json"), stdout);
    for (const config of [inFolder("flags", "report", "report.json"), inFolder("summary.json")]) {
      const places = ["-o", inFolder("again.newsclf"), "--report", inFolder("report")];
      const { exitCode, stderr } = await runCli(["train", TINY_CORPUS, ...places, "--config", config]);
      expect(exitCode, stderr).toBe(0);
      expect(await readFile(inFolder("again.newsclf"))).toEqual(model);
    }
  });

  it("lets flags win over the file, switches in both forms", async () => {
    const config = inFolder("config.json");
    await writeFile(
      config,
      JSON.stringify({ seed: 7, terms: { stem: false, decompose: true }, optimizer: { epochs: 1 } }),
    );
    const given = [
      "--config",
      config,
      "--stem",
      "--no-decompose",
      "--epochs",
      "2",
      "--min-steps",
      "1",
      "--min-df",
      "1",
    ];
    const places = ["-o", inFolder("m.newsclf"), "--report", inFolder("report")];
    const { exitCode, stderr } = await runCli(["train", TINY_CORPUS, ...places, ...given, "--hidden-units", "8,8,8"]);
    expect(exitCode, stderr).toBe(0);
    expect(await settingsOf(inFolder("m.newsclf"))).toMatchObject({
      seed: 7,
      terms: { stem: true, decompose: false },
      optimizer: { epochs: 2 },
    });
  });

  it("takes the options of --quality over those of the file, and other flags over both", async () => {
    const config = inFolder("config.json");
    await writeFile(config, JSON.stringify({ seed: 7, ensemble: 5, vectorizer: { maxFeatures: 50, minDf: 1 } }));
    const given = ["--config", config, "--quality", "best", "--ensemble", "2", "--epochs", "1", "--min-steps", "1"];
    const places = ["-o", inFolder("m.newsclf"), "--report", inFolder("report")];
    const { exitCode, stderr } = await runCli(["train", TINY_CORPUS, ...places, ...given, "--hidden-units", "8,8,8"]);
    expect(exitCode, stderr).toBe(0);
    expect(await settingsOf(inFolder("m.newsclf"))).toMatchObject({
      seed: 7,
      ensemble: 2,
      refit: "always",
      vectorizer: { maxFeatures: 200_000, minDf: 1 },
    });
  });

  it.each(["train", "crossval"])(
    "is refused by %s with the place of what is wrong, before anything is read",
    async (verb) => {
      const config = inFolder("wrong.json");
      await writeFile(config, '{\n  "vectoriser": {}\n}');
      const { exitCode, stdout, stderr } = await runCli([verb, "none.csv", "--config", config]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(/^newsclf: .*wrong\.json:2:3: vectoriser is not an option; known: /);
    },
  );

  it("is refused when it is not there or not in UTF-8", async () => {
    const missing = await runCli(["train", TINY_CORPUS, "--config", inFolder("none.json")]);
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("none.json") });
    await writeFile(inFolder("cp949.json"), Buffer.from([0x7b, 0xb0, 0xa1, 0x7d]));
    const encoded = await runCli(["train", TINY_CORPUS, "--config", inFolder("cp949.json")]);
    expect(encoded.exitCode).toBe(2);
    expect(encoded.stderr).toContain("cp949.json: is not in UTF-8");
  });
});
