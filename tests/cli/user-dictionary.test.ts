import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { loadDefaultTokenizer } from "../../src/io/assets.js";
import { fromFile } from "../../src/io/model-source.js";
import { runCli, TINY_CORPUS, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();
let corpus = "";

beforeAll(async () => {
  // 선수 becomes a company that the dictionary splits: 윤슬 + 전자.
  corpus = (await readFile(TINY_CORPUS, "utf8")).replaceAll("선수", "윤슬전자");
  await writeFile(inFolder("corpus.csv"), corpus);
  await writeFile(inFolder("words.csv"), "윤슬전자,NNP,-2000,# a company\n꿈샘폰,NNG\n");
});

const tokenize = (text: string, ...argv: readonly string[]) =>
  runCli(["tokenize", "--text", text, "--format", "wakati", ...argv]);

describe("newsclf tokenize --user-dict", () => {
  it("finds the words, in any layout", async () => {
    expect((await tokenize("윤슬전자가 꿈샘폰을")).stdout).toBe("윤슬 전자 가 꿈 샘 폰 을\n");
    expect(await tokenize("윤슬전자가 꿈샘폰을", "--user-dict", inFolder("words.csv"))).toEqual({
      exitCode: 0,
      stdout: "윤슬전자 가 꿈샘폰 을\n",
      stderr: "",
    });
    const argv = ["tokenize", "--text", "윤슬전자", "--user-dict", inFolder("words.csv")];
    expect((await runCli(argv)).stdout).toBe("윤슬전자\tNNP,*,F,윤슬전자,*,*,*,*\nEOS\n");
    expect((await runCli([...argv, "--format", "json"])).stdout).toBe('[["윤슬전자","NNP"]]\n');
  });

  it("takes several files: of equal costs the word of the first one wins", async () => {
    await writeFile(inFolder("other.csv"), "도담찬,,,2953,NNP,*,T,이쪽,*,*,*,*\n");
    await writeFile(inFolder("twin.csv"), "도담찬,,,2953,NNP,*,T,저쪽,*,*,*,*\n");
    const first = async (...files: readonly string[]) => {
      const flags = files.flatMap((file) => ["--user-dict", inFolder(file)]);
      return (await runCli(["tokenize", "--text", "도담찬", ...flags])).stdout;
    };
    expect(await first("words.csv", "other.csv", "twin.csv")).toBe("도담찬\tNNP,*,T,이쪽,*,*,*,*\nEOS\n");
    expect(await first("words.csv", "twin.csv", "other.csv")).toBe("도담찬\tNNP,*,T,저쪽,*,*,*,*\nEOS\n");
  });

  it("names file, line and column of a bad row", async () => {
    await writeFile(inFolder("bad.csv"), "윤슬전자\n꿈샘폰,NNG,40000\n");
    expect(await tokenize("꿈샘폰", "--user-dict", inFolder("bad.csv"))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `newsclf: ${inFolder("bad.csv")}:2:3: the cost must be an integer -32768 to 32767; got "40000"\n`,
    });
    const { exitCode, stderr } = await tokenize("꿈샘폰", "--user-dict", inFolder("none.csv"));
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("none.csv: ") });
  });
});

describe("newsclf train --user-dict", () => {
  const train = (model: string, ...more: readonly string[]) => {
    const places = ["-o", inFolder(model), "--report", inFolder("report")];
    return runCli(["train", inFolder("corpus.csv"), ...places, ...TINY_TRAINING, ...more]);
  };

  it("puts the words into the model, which then needs no file", async () => {
    expect((await train("with.newsclf", "--user-dict", inFolder("words.csv"))).exitCode).toBe(0);
    const classifier = await Classifier.load(fromFile(inFolder("with.newsclf")));
    expect([...classifier.vocabulary]).toContain("윤슬전자/NNP");
    const { exitCode, stderr } = await runCli([
      "classify",
      "-m",
      inFolder("with.newsclf"),
      "--text",
      "윤슬전자가 이겼다",
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const matrix = classifier.vectorize([{ title: "윤슬전자", body: "" }]);
    expect(Array.from(matrix.indices, (column) => classifier.vocabulary.termAt(column))).toEqual(["윤슬전자/NNP"]);
    const evaluated = await runCli(["evaluate", inFolder("with.newsclf"), inFolder("corpus.csv")]);
    expect(evaluated.exitCode).toBe(0);
  });

  it("puts their hash into the tokenizer's id, which is checked at load", async () => {
    expect((await train("without.newsclf")).exitCode).toBe(0);
    const [plain, extended] = await Promise.all(
      ["without.newsclf", "with.newsclf"].map((name) => Classifier.load(fromFile(inFolder(name)))),
    );
    const { id } = await loadDefaultTokenizer();
    expect(plain?.metadata.tokenizerId).toBe(id);
    expect(extended?.metadata.tokenizerId).toMatch(new RegExp(`^${id}/user-[0-9a-f]{16}$`));
    expect([...plain!.vocabulary]).toContain("윤슬/NNG");
    await expect(
      Classifier.load(fromFile(inFolder("with.newsclf")), { tokenizer: await loadDefaultTokenizer() }),
    ).rejects.toMatchObject({ code: "MODEL_DICTIONARY" });
  });

  it("gives the same bytes again", async () => {
    await train("again.newsclf", "--user-dict", inFolder("words.csv"));
    const [first, second] = await Promise.all(
      ["with.newsclf", "again.newsclf"].map((name) => readFile(inFolder(name))),
    );
    expect(first!.equals(second!)).toBe(true);
  });
});

describe("newsclf tokenize --suggest-words", () => {
  it("writes a file that --user-dict takes, from text, CSV or standard input", async () => {
    const texts = ["어제", "오늘", "내일", "올해", "반면", "최근"].flatMap((before, i) =>
      ["는", "가", "와", "도", "만"].map((after) => `${before} 새솔랩${after} 나섰다 ${i}`),
    );
    await writeFile(inFolder("texts.txt"), texts.join("\n"));
    const { exitCode, stdout, stderr } = await runCli(["tokenize", "--suggest-words", inFolder("texts.txt")]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(
      /^새솔랩,NN[GP],(-?\d+)?,# 30 times; branching \d\.\d\d; npmi [01]\.\d\d; [가-힣]+(\+[가-힣]+)+\n$/,
    );
    await writeFile(inFolder("suggested.csv"), stdout);
    expect((await tokenize("새솔랩", "--user-dict", inFolder("suggested.csv"))).stdout).toBe("새솔랩\n");
    expect((await runCli(["tokenize", "--suggest-words"], { stdin: texts.join("\n") })).stdout).toBe(stdout);
    const csv = `title,text\n${texts.map((text) => `,${text}`).join("\n")}\n`;
    expect((await runCli(["tokenize", "--suggest-words"], { stdin: csv })).stdout).toBe(stdout);
  });

  it("obeys its thresholds", async () => {
    const suggest = async (...flags: readonly string[]) =>
      (await runCli(["tokenize", "--suggest-words", inFolder("texts.txt"), ...flags])).stdout;
    expect(await suggest("--min-count", "31")).toBe("");
    expect(await suggest("--min-branching", "4")).toBe("");
    expect(
      (await suggest("--min-npmi", "-1", "--min-branching", "0", "--max-suggestions", "2")).split("\n"),
    ).toHaveLength(3);
  });

  it("refuses flags that would be ignored", async () => {
    const usage = async (...argv: readonly string[]) => {
      const { exitCode, stderr } = await runCli(["tokenize", ...argv]);
      expect(exitCode).toBe(2);
      return stderr.split("\n")[0];
    };
    expect(await usage("--suggest-words", "--text", "국회")).toBe(
      "error: --suggest-words needs a corpus: give a file in place of --text",
    );
    expect(await usage("--min-count", "3")).toBe("error: --min-count goes with --suggest-words only");
    expect(await usage("--suggest-words", "--min-npmi", "2")).toContain("--min-npmi must be a number in [-1, 1]");
    expect(await usage("--suggest-words", "--min-count", "0")).toContain("--min-count must be an integer ≥ 1");
  });
});
