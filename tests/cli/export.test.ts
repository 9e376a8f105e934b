import { readdir, readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli, trainTiny, useFolder } from "./harness.js";

const at = useFolder();

describe("newsclf export", () => {
  beforeAll(async () => {
    await trainTiny(at());
  });

  it.each([
    ["onnx", ["model.onnx", "vectorizer.json"]],
    ["safetensors", ["model.safetensors", "vectorizer.json"]],
    ["tfjs", ["model.json", "vectorizer.json", "weights.bin"]],
  ])("writes the files of %s into a new folder and names them", async (target, names) => {
    const folder = at("exports", target);
    const { exitCode, stdout, stderr } = await runCli(["export", at("tiny.newsclf"), "--to", target, folder]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect((await readdir(folder)).sort()).toEqual(names);
    for (const name of names) expect(stderr).toContain(`${target}: ${at("exports", target, name)} (`);
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    const [network] = names as [string];
    if (target !== "safetensors") {
      expect(await readFile(at("exports", target, network), "latin1")).toContain(version);
    }
  });

  it("asks for a target", async () => {
    const { exitCode, stderr } = await runCli(["export", at("tiny.newsclf"), at("nowhere")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("required option '--to <target>' not specified");
  });

  it("refuses what is not a model", async () => {
    const { exitCode, stderr } = await runCli(["export", "package.json", "--to", "onnx", at("nowhere")]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("package.json");
    expect(await readdir(at())).not.toContain("nowhere");
  });
});
