import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { defaultModelPath } from "../../src/cli/train-command.js";
import { lockOutput } from "../../src/io/output-lock.js";
import { decodeModel } from "../../src/model-file/model-file.js";
import { type RunResult, runCli, TINY_CORPUS, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let run: RunResult;

beforeAll(async () => {
  run = await trainTiny(inFolder("first"));
});

describe("newsclf train", () => {
  it("prints the table of the validation share on stdout and nothing else", () => {
    expect(run.exitCode).toBe(0);
    const [first, second] = run.stdout.split("\n");
    expect(first).toBe(`Validation share of ${TINY_CORPUS}: 25.0% of each label, seed 1`);
    expect(second).toBe("24 rows read, 0 rejected; model trained on 18 articles, validated on 6");
    for (const label of ["경제", "스포츠", "정치", "Macro average"]) {
      expect(run.stdout).toMatch(new RegExp(`^${label} +[0-9-]`, "m"));
    }
    expect(run.stdout).not.toContain("model:");
  });

  it("says on stderr what was read, where the files are and what to do next", async () => {
    const model = inFolder("first", "tiny.newsclf");
    const { metadata, vocabulary } = await decodeModel(await readFile(model));
    const { epoch } = metadata.selectedEpochs[0];
    expect(run.stderr.split("\n")).toEqual([
      `${TINY_CORPUS}: 24 articles`,
      `model: ${model} (epoch ${epoch} of 30, ${vocabulary.nTerms} terms)`,
      `report: ${["html", "md", "json"].map((ending) => inFolder("first", "report", `report.${ending}`)).join(", ")}`,
      `next: newsclf classify -m ${model} --text "한국은행이 기준금리를 동결했다"`,
      "",
    ]);
  });

  it("names the file of each article that it measured on", async () => {
    const [header = "", ...rows] = (await readFile(TINY_CORPUS, "utf8")).trimEnd().split("\n");
    const files = [inFolder("a.csv"), inFolder("b.csv")];
    const parts = [rows.slice(0, 9), rows.slice(9)];
    for (const [i, part] of parts.entries()) await writeFile(files[i] as string, `${[header, ...part].join("\n")}\n`);
    const model = inFolder("two", "two.newsclf");
    const report = inFolder("two", "report");
    for (const more of [[], ["--max-memory", "300MB"]]) {
      const argv = ["train", ...files, "-o", model, "--report", report, ...TINY_TRAINING, ...more];
      expect((await runCli(argv)).exitCode).toBe(0);
      const { uncertain } = JSON.parse(await readFile(path.join(report, "report.json"), "utf8"));
      expect(uncertain).toHaveLength(6);
      for (const { index, source, line, title } of uncertain) {
        const part = files.indexOf(source);
        expect(source).toBe(files[part]);
        // Line 1 is the header.
        expect(parts[part]?.[line - 2]).toContain(title);
        expect(index).toBeLessThan(6);
      }
      expect(new Set(uncertain.map(({ source }: { source: string }) => source)).size).toBe(2);
    }
  });

  it("writes the model and the report's three forms, and leaves nothing beside them", async () => {
    expect((await readdir(inFolder("first"), { recursive: true })).sort()).toEqual([
      "report",
      "report/report.html",
      "report/report.json",
      "report/report.md",
      "tiny.newsclf",
    ]);
    const json = JSON.parse(await readFile(inFolder("first", "report", "report.json"), "utf8"));
    expect(json.nDocuments).toBe(6);
    expect(json.split).toMatchObject({ kind: "validation", source: TINY_CORPUS, validationFraction: 0.25, seed: 1 });
    expect(json.learningCurve).toHaveLength(30);
    expect(json.model).toMatchObject({ settings: { seed: 1 }, topTerms: [{ label: "경제" }, {}, {}] });
    expect(json.run.command.slice(0, 3)).toEqual(["newsclf", "train", TINY_CORPUS]);
    const html = await readFile(inFolder("first", "report", "report.html"), "utf8");
    expect(html).toContain(`newsclf train ${TINY_CORPUS}`);
    const markdown = await readFile(inFolder("first", "report", "report.md"), "utf8");
    for (const label of ["경제", "스포츠", "정치"]) expect(markdown).toContain(label);
  });

  it("trains by TensorFlow.js when asked to, says on what, and the model needs none of it", async () => {
    const model = inFolder("tfjs.newsclf");
    const { exitCode, stderr } = await runCli([
      "train",
      TINY_CORPUS,
      ...["-o", model, "--report", inFolder("tfjs-report")],
      ...TINY_TRAINING,
      ...["--engine", "tfjs"],
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^engine: @tensorflow\/tfjs\S* \d+\.\d+\.\d+, (tensorflow|wasm|cpu) backend$/m);
    const { stdout } = await runCli(["classify", "-m", model, "--text", "국회에서 여당과 야당이 법안을 표결했다"]);
    expect(stdout).toMatch(/^정치/);
  });

  it("stores the settings that the flags give", async () => {
    const { metadata } = await decodeModel(await readFile(inFolder("first", "tiny.newsclf")));
    expect(metadata.labels).toEqual(["경제", "스포츠", "정치"]);
    expect(metadata.settings).toMatchObject({
      seed: 1,
      validationFraction: 0.25,
      terms: { tags: "content", ngramRange: [1, 1] },
      vectorizer: { minDf: 1, maxDfFraction: 1, maxFeatures: 1000 },
      network: { hiddenUnits: [8, 8, 8], dropout: 0, inputDropout: 0 },
      optimizer: { epochs: 30, batchSize: 8, learningRate: 0.02, schedule: "constant", patience: 30 },
    });
  });

  it("gives the same model and reports for the same command, and another for another seed", async () => {
    expect((await trainTiny(inFolder("again"))).stdout).toBe(run.stdout);
    await trainTiny(inFolder("other"), "--seed", "2");
    const model = (name: string) => readFile(inFolder(name, "tiny.newsclf"));
    const report = (name: string) => readFile(inFolder(name, "report", "report.md"), "utf8");
    expect(await model("again")).toEqual(await model("first"));
    expect(await report("again")).toBe(await report("first"));
    expect(await model("other")).not.toEqual(await model("first"));
  });

  it("replaces the model that was there", async () => {
    await mkdir(inFolder("replaced"));
    await writeFile(inFolder("replaced", "tiny.newsclf"), "old");
    expect((await trainTiny(inFolder("replaced"))).exitCode).toBe(0);
    const model = await readFile(inFolder("replaced", "tiny.newsclf"));
    expect(model).toEqual(await readFile(inFolder("first", "tiny.newsclf")));
  });

  it("writes with --profile how long each stage took", async () => {
    const profile = inFolder("profile.json");
    expect((await trainTiny(inFolder("profiled"), "--profile", profile)).exitCode).toBe(0);
    const { stages } = JSON.parse(await readFile(profile, "utf8"));
    expect(stages.map(({ stage }: { stage: string }) => stage)).toEqual([
      ...["start", "analyze", "vectorize", "train", "encode", "save", "report"],
    ]);
    for (const { seconds } of stages) expect(seconds).toBeGreaterThanOrEqual(0);
  });

  it("keeps nothing back and writes no report with --validation-fraction 0", async () => {
    const { exitCode, stdout, stderr } = await trainTiny(inFolder("all"), "--validation-fraction", "0");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain("no report: --validation-fraction 0 keeps no articles back to measure on\n");
    expect(await readdir(inFolder("all"))).toEqual(["tiny.newsclf"]);
    const { metadata } = await decodeModel(await readFile(inFolder("all", "tiny.newsclf")));
    expect(metadata).toMatchObject({ nDocuments: 24, nValidationDocuments: 0 });
  });

  it("counts and lists the rows that it leaves out", async () => {
    const csv = inFolder("rows.csv");
    const corpus = await readFile(TINY_CORPUS, "utf8");
    await writeFile(csv, `${corpus}2024-02-01,제목,본문,\n2024-02-01,,,경제\n\n2024-02-01,,,정치\n칸이 모자란 줄\n`);
    const { exitCode, stdout, stderr } = await runCli([
      ...["train", csv, "-o", inFolder("rows.newsclf"), "--report", inFolder("rows")],
      ...TINY_TRAINING,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("28 rows read, 4 rejected; model trained on 18 articles, validated on 6");
    // The header is line 1, the corpus lines 2 to 25.
    expect(stderr).toContain(`${csv}: left out 1 of 28 rows, which have no label: line 26\n`);
    expect(stderr).toContain(`${csv}: left out 2 of 28 rows, which have no text: line 27, 29\n`);
    expect(stderr).toContain(`which have another number of columns than the header: line 30\n`);
    expect(stderr).toContain(`${csv}: 24 articles\n`);
  });

  it("reads two columns without a flag, and others by their names", async () => {
    const plain = inFolder("plain.csv");
    const rows = [..."가나다라"].map(
      (word, i) => `${i % 2 === 0 ? "경제" : "정치"},${i % 2 === 0 ? "금리" : "국회"} ${word}\n`,
    );
    await writeFile(plain, `category,text\n${rows.join("")}`);
    const named = inFolder("named.csv");
    await writeFile(named, `부서,기사\n${rows.join("")}`);
    const places = (name: string) => ["-o", inFolder(`${name}.newsclf`), "--report", inFolder(name)];
    expect((await runCli(["train", plain, ...places("plain"), ...TINY_TRAINING])).exitCode).toBe(0);
    const flags = ["--text-column", "기사", "--label-column", "부서"];
    expect((await runCli(["train", named, ...places("named"), ...flags, ...TINY_TRAINING])).exitCode).toBe(0);
    expect(await readFile(inFolder("named.newsclf"))).toEqual(await readFile(inFolder("plain.newsclf")));
  });

  it("draws a bar on a terminal and takes it away before the last lines", async () => {
    const places = ["-o", inFolder("bar.newsclf"), "--report", inFolder("bar")];
    const { stdout, stderr } = await runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING], { columns: 120 });
    expect(stdout).toBe(run.stdout);
    const redraws = stderr.split("\r\u001b[2K");
    // How many there are is not known before they have been read.
    expect(redraws).toContain("analyze  0");
    // The first step event comes at the end of epoch 1 of 30: 3 % of all steps.
    expect(redraws.find((line) => line.startsWith("train"))).toMatch(
      /^train {4}░{20} {3}3% {2}epoch 1\/30 {2}loss \d\.\d{4}$/,
    );
    expect(redraws.at(-1)).toMatch(/^model: /);
  });

  it("keeps the best model so far when interrupted, and says so", async () => {
    const interrupt = new AbortController();
    const places = ["-o", inFolder("stopped.newsclf"), "--report", inFolder("stopped")];
    const { exitCode, stdout, stderr } = await runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING], {
      columns: 120,
      interrupt: interrupt.signal,
      onMessage: (text) => {
        if (text.includes("epoch 1/30")) interrupt.abort();
      },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("stopped on request; the best model so far is that of epoch 1\n");
    expect(stderr).toContain(`model: ${inFolder("stopped.newsclf")} (epoch 1 of 1, `);
    expect(stdout).toContain("Accuracy");
    const { metadata } = await decodeModel(await readFile(inFolder("stopped.newsclf")));
    expect(metadata.selectedEpochs[0].epoch).toBe(1);
  });

  it("writes nothing when interrupted before there is a model", async () => {
    const places = ["-o", inFolder("never.newsclf"), "--report", inFolder("never")];
    const { exitCode, stdout, stderr } = await runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING], {
      interrupt: AbortSignal.abort(),
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("stopped while the articles were analysed; there is no model yet\n");
    const names = await readdir(inFolder());
    expect(names.filter((name) => name.startsWith("never"))).toEqual([]);
  });

  it("refuses a place that another process trains into, before it reads the articles", async () => {
    const lock = await lockOutput(inFolder("taken.newsclf"));
    const places = ["-o", inFolder("taken.newsclf"), "--report", inFolder("taken")];
    const { exitCode, stderr } = await runCli(["train", inFolder("missing.csv"), ...places]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^newsclf: .*taken\.newsclf: is being written by process \d+/);
    await lock.release();
  });

  it("gives the same model and report with --max-memory, and leaves nothing else behind", async () => {
    const before = inFolder("without-limit");
    const after = inFolder("with-limit");
    await trainTiny(before);
    expect((await trainTiny(after, "--max-memory", "300MB", "--workers", "2")).exitCode).toBe(0);
    expect(await readdir(after)).toEqual(["report", "tiny.newsclf"]);
    const model = (folder: string) => readFile(path.join(folder, "tiny.newsclf"));
    expect(await model(after)).toEqual(await model(before));
    const table = async (folder: string) =>
      (await readFile(path.join(folder, "report", "report.md"), "utf8")).split("\n## ");
    // Before the last part come the scores; it has the command and the time.
    expect((await table(after)).slice(0, -1)).toEqual((await table(before)).slice(0, -1));
  });

  it("refuses a --max-memory that no run can do with, says how much it takes, and leaves nothing behind", async () => {
    const { exitCode, stderr } = await trainTiny(inFolder("little"), "--max-memory", "100MB");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('maxMemory must be at least 230MB for a run without articles; got "100MB"');
    expect((await readdir(inFolder())).filter((name) => name.startsWith("little"))).toEqual([]);
  });

  it("quotes a path with spaces in the command to go on with", async () => {
    const { stderr } = await trainTiny(inFolder("it's new"), "--epochs", "1");
    expect(stderr).toContain(`next: newsclf classify -m '${inFolder("it'\\''s new", "tiny.newsclf")}' --text`);
  });
});

describe("the default place of the model", () => {
  it.each([
    ["data/news.csv", "models/news.newsclf"],
    ["/tmp/기사 모음.CSV", "models/기사 모음.newsclf"],
    ["news.2024.csv", "models/news.2024.newsclf"],
    ["news", "models/news.newsclf"],
    ["data/articles.csv.gz", "models/articles.newsclf"],
    ["data/2026-*.csv", "models/2026-.newsclf"],
    ["-", "models/news.newsclf"],
  ])("of %s is %s", (csv, model) => {
    expect(defaultModelPath([csv, "other.csv"]).replaceAll("\\", "/")).toBe(model);
  });
});
