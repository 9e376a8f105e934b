import { readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { fromFile } from "../../src/io/model-source.js";
import { decodeModel, encodeModel, type ModelParts } from "../../src/model-file/model-file.js";
import { runCli, TINY_TEST, trainTiny, useFolder } from "./harness.js";

const inFolder = useFolder();
let parts: ModelParts;

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
  parts = await decodeModel(await readFile(inFolder("tiny.newsclf")));
});

const inspect = (...argv: readonly string[]) => runCli(["inspect", inFolder("tiny.newsclf"), ...argv]);

interface Summary {
  readonly metadata: unknown;
  readonly nTerms: number;
  readonly hasLinear: boolean;
  readonly topIdf: readonly { readonly term: string; readonly value: number }[];
  readonly topDocumentFrequency: Summary["topIdf"];
  readonly topByLabel: readonly { readonly label: string; readonly terms: Summary["topIdf"] }[];
}

describe("newsclf inspect", () => {
  it("shows what the model was trained on", async () => {
    const { exitCode, stdout, stderr } = await inspect();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { metadata, vocabulary } = parts;
    for (const line of [
      "format version  5",
      `tokenizer       ${metadata.tokenizerId}`,
      "articles        24 trained on, 0 kept back to choose the epoch",
      "labels          경제 8, 스포츠 8, 정치 8",
      `network         ${vocabulary.nTerms} → 8 → 8 → 8 → 3, and a linear classifier`,
      "epoch           30",
      "calibration     none",
      `training data   SHA-256 ${metadata.trainingDataHash}`,
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
  });

  it("says of which part of the model the macro-F1 beside the epoch is", async () => {
    expect((await trainTiny(inFolder("kept"), "--validation-fraction", "0.25")).exitCode).toBe(0);
    const { stdout } = await runCli(["inspect", inFolder("kept", "tiny.newsclf")]);
    expect(stdout).toMatch(/^epoch {11}\d+, validation macro-F1 of the network alone [01]\.\d{4}$/m);
  });

  it.each([
    [[0, -0.5, 0], "temperature 1.500, flattened share 0.250, bias 스포츠 -0.500"],
    [[0, 0, 0], "temperature 1.500, flattened share 0.250"],
  ])("shows the numbers of a calibration, biases where they are not 0: %j", async (labelBias, shown) => {
    const calibration = { temperature: 1.5, flattenedShare: 0.25, labelBias };
    const file = inFolder("calibrated.newsclf");
    await writeFile(file, await encodeModel({ ...parts, metadata: { ...parts.metadata, calibration } }));
    const { stdout } = await runCli(["inspect", file]);
    expect(stdout).toContain(`calibration     ${shown}\n`);
  });

  it("shows the top terms by idf, by document frequency and by label", async () => {
    const { stdout } = await inspect("--top", "1");
    expect(stdout).toMatch(/most bound to 정치 \(chi-square\)\n {2}\S+ \d+\.\d\n/);
    expect(stdout).toMatch(/highest document frequency\n {2}\S+ \d+\n/);
    // A term of one article has idf ln(25 / 2) + 1 = 3.526.
    expect(stdout).toMatch(/highest idf \(rarest terms\)\n {2}\S+ 3\.526\n/);
  });

  it("gives all of it as JSON", async () => {
    const { exitCode, stdout } = await inspect("--format", "json", "--top", "5");
    expect(exitCode).toBe(0);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.metadata).toEqual(JSON.parse(JSON.stringify(parts.metadata)));
    expect(summary.nTerms).toBe(parts.vocabulary.nTerms);
    expect(summary.hasLinear).toBe(true);
    expect(summary.topByLabel.map(({ label }) => label)).toEqual(["경제", "스포츠", "정치"]);
    for (const list of [
      summary.topIdf,
      summary.topDocumentFrequency,
      ...summary.topByLabel.map(({ terms }) => terms),
    ]) {
      expect(list).toHaveLength(5);
      for (const [place, { value }] of list.entries())
        expect(value).toBeLessThanOrEqual(list[place - 1]?.value ?? value);
    }
    const byLabel = new Map(summary.topByLabel.map(({ label, terms }) => [label, terms.map(({ term }) => term)]));
    expect(byLabel.get("정치")).toContain("국회/NNG");
    expect(byLabel.get("스포츠")).toContain("경기/NNG");
  });

  it("exports the matrix that the network sees in Matrix Market format", async () => {
    const file = inFolder("matrix", "tiny.mtx");
    const { exitCode, stdout, stderr } = await inspect("--matrix", file, "--articles", TINY_TEST);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });

    const [banner, sizes, ...lines] = (await readFile(file, "utf8")).trimEnd().split("\n");
    expect(banner).toBe("%%MatrixMarket matrix coordinate real general");
    const [nRows, nColumns, nnz] = (sizes as string).split(" ").map(Number);
    expect([nRows, nColumns]).toEqual([4, parts.vocabulary.nTerms]);
    expect(lines).toHaveLength(nnz as number);
    expect(stderr).toContain(`matrix: ${file} (4 documents, ${nColumns} terms, ${nnz} values)\n`);
    expect(stderr).toContain("left out 1 of 6 rows, which have no text: line 3");

    const classifier = await Classifier.load(fromFile(inFolder("tiny.newsclf")));
    const matrix = classifier.vectorize([
      { title: "환율과 금리 함께 올라", body: "은행 대출 금리가 올랐다. 수출 기업은 환율을 걱정했다." },
    ]);
    const first = lines.map((line) => line.split(" ").map(Number)).filter(([row]) => row === 1);
    expect(first.map(([, column]) => (column as number) - 1)).toEqual([...matrix.indices]);
    expect(first.map(([, , value]) => Math.fround(value as number))).toEqual([...matrix.data]);
    // Rows have norm 1.
    const squares = first.reduce((sum, [, , value]) => sum + (value as number) ** 2, 0);
    expect(Math.abs(squares - 1)).toBeLessThan(1e-6);
  });

  it("leaves no matrix behind when the articles cannot be read", async () => {
    const broken = inFolder("broken.csv");
    await writeFile(broken, 'title\n"no end\n');
    const { exitCode, stderr } = await inspect("--matrix", inFolder("never.mtx"), "--articles", broken);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`newsclf: ${broken}:2`);
    expect(await readdir(inFolder())).not.toContain("never.mtx");
  });
});
