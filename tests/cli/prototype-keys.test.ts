import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { dataPage, makeParquet, plain } from "../unit/io/parquet-file.js";
import { runCli, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();

/** Names that every object has without being given them. Labels in the model's order, by code unit. */
const LABELS = ["__proto__", "constructor", "hasOwnProperty", "toString"] as const;
/** Of each label: such a name as a word, and a noun. */
const WORDS = ["constructor 금리", "toString 국회", "__proto__ 선수", "valueOf 태풍"] as const;
const ENDINGS = ["소식", "발표", "오늘", "어제", "내일", "현장", "기록", "전망"];
const ARTICLES = LABELS.flatMap((label, i) => ENDINGS.map((ending) => ({ label, text: `${WORDS[i]} ${ending}` })));
/** The columns have such names, too. */
const COLUMNS = ["--text-column", "__proto__", "--label-column", "constructor"];

const model = () => inFolder("model.newsclf");
async function run(...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  const rows = ARTICLES.map(({ label, text }) => `${label},${text}\n`).join("");
  await writeFile(inFolder("news.csv"), `constructor,__proto__\n${rows}`);
  const texts = dataPage(plain(...ARTICLES.map(({ text }) => text)), { nValues: ARTICLES.length });
  const labels = dataPage(plain(...ARTICLES.map(({ label }) => label)), { nValues: ARTICLES.length });
  const columns = [
    { name: "constructor", bytes: labels },
    { name: "__proto__", bytes: texts },
  ];
  await writeFile(inFolder("news.parquet"), makeParquet(columns, ARTICLES.length));
  const lines = ARTICLES.map(({ label, text }) => `{"constructor":"${label}","__proto__":"${text}"}\n`);
  await writeFile(inFolder("news.ndjson"), lines.join(""));
  const report = ["--report", inFolder("report")];
  await run("train", inFolder("news.csv"), "-o", model(), ...report, ...COLUMNS, ...TINY_TRAINING, "--tags", "all");
});

interface Report {
  readonly accuracy: number;
  readonly labels: readonly { readonly label: string; readonly support: number; readonly f1: number }[];
  readonly confusion: readonly (readonly number[])[];
}

describe("labels, words and columns named like members of objects", () => {
  it("are learnt, stored and given back as scores", async () => {
    const lines = (
      await run("classify", inFolder("news.csv"), "-m", model(), "--format", "json", "-k", "9", ...COLUMNS.slice(0, 2))
    )
      .trimEnd()
      .split("\n")
      .map(
        (line) => JSON.parse(line) as { readonly label: string; readonly predictions: readonly { label: string }[] },
      );
    expect(lines.map(({ label }) => label)).toEqual(ARTICLES.map(({ label }) => label));
    for (const { predictions } of lines) expect(predictions.map(({ label }) => label).sort()).toEqual(LABELS);
  });

  it.each(["news.csv", "news.parquet", "news.ndjson"])(
    "are counted one by one in an evaluation of %s",
    async (name) => {
      const report = JSON.parse(
        await run("evaluate", model(), inFolder(name), "--format", "json", ...COLUMNS),
      ) as Report;
      expect(report.accuracy).toBe(1);
      expect(report.labels.map(({ label, support, f1 }) => [label, support, f1])).toEqual(
        LABELS.map((label) => [label, 8, 1]),
      );
      expect(report.confusion).toEqual(LABELS.map((_, i) => LABELS.map((__, j) => (i === j ? 8 : 0))));
    },
  );

  it("stand in each form of the report", async () => {
    for (const ending of ["json", "md", "html"]) {
      const text = await readFile(inFolder("report", `report.${ending}`), "utf8");
      // Markdown writes \_ for _, lest it be taken for emphasis.
      for (const label of LABELS) expect(text.replaceAll("\\_", "_"), ending).toContain(label);
    }
  });

  it("are explained by the words that speak for them", async () => {
    const argv = ["explain", "-m", model(), "--text", "constructor 금리", "--label", "__proto__", "--format", "json"];
    const { label, terms } = JSON.parse(await run(...argv)) as {
      readonly label: string;
      readonly terms: readonly { readonly term: string; readonly contribution: number }[];
    };
    expect(label).toBe("__proto__");
    const found = terms.find(({ term }) => term.startsWith("constructor/"));
    expect(found?.contribution).toBeGreaterThan(0);
  });

  it("are compared, examined and cross-validated like others", async () => {
    const compared = JSON.parse(
      await run("compare", model(), model(), inFolder("news.csv"), "--format", "json", ...COLUMNS),
    ) as { readonly labels: readonly { readonly label: string }[] };
    expect(compared.labels.map(({ label }) => label)).toEqual(LABELS);
    const examined = JSON.parse(await run("doctor", inFolder("news.csv"), "--format", "json", ...COLUMNS)) as {
      readonly labels: readonly { readonly label: string; readonly nArticles: number }[];
    };
    expect(new Map(examined.labels.map(({ label, nArticles }) => [label, nArticles]))).toEqual(
      new Map(LABELS.map((label) => [label, 8])),
    );
    const outOfFold = inFolder("folds.csv");
    await run(
      "crossval",
      inFolder("news.csv"),
      "--folds",
      "2",
      "--predictions",
      outOfFold,
      ...COLUMNS,
      ...TINY_TRAINING,
    );
    const written = await readFile(outOfFold, "utf8");
    for (const label of LABELS) expect(written.split(label).length - 1).toBeGreaterThanOrEqual(8);
  });

  it("are keys of a map of labels and of a file of shares", async () => {
    const map = inFolder("map.json");
    // As text: in JavaScript the key __proto__ of a literal would set the prototype.
    await writeFile(
      map,
      '{"0":"x","__proto__":"toString","constructor":"__proto__","toString":"constructor","hasOwnProperty":"hasOwnProperty"}',
    );
    const argv = ["evaluate", model(), inFolder("news.csv"), "--format", "json", "--label-map", map, ...COLUMNS];
    const { confusion } = JSON.parse(await run(...argv)) as Report;
    // __proto__ counts as toString, constructor as __proto__ and toString as constructor; the predictions stay.
    expect(confusion).toEqual([
      [0, 8, 0, 0],
      [0, 0, 0, 8],
      [0, 0, 8, 0],
      [8, 0, 0, 0],
    ]);
    const shares = inFolder("shares.json");
    await writeFile(shares, '{"__proto__":0.97,"constructor":0.01,"hasOwnProperty":0.01,"toString":0.01}');
    const text = ["--text", "가나다", "-m", model(), "--format", "json"];
    const { label } = JSON.parse(await run("classify", ...text, "--class-prior", shares)) as { readonly label: string };
    expect(label).toBe("__proto__");
  });
});
