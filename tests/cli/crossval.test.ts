import { copyFile, readFile, writeFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { runCli, useFolder } from "./harness.js";

const folder = useFolder();

/** Six articles of each label, two on each of three days, in three stories. */
const ROWS = ["경제 금리 은행", "정치 국회 의원"].flatMap((line) => {
  const [label, ...words] = line.split(" ");
  return Array.from({ length: 6 }, (_, i) => `${label},${words.join(" ")} 소식 ${i},2026.1.${1 + (i >> 1)},${i % 3}`);
});
const CSV = `category,title,작성일,story\n${ROWS.join("\n")}\n`;
const QUICK = ["--epochs", "1", "--min-steps", "20", "--min-df", "1", "--hidden-units", "8,8,8"];

interface PredictionRow {
  readonly source: string;
  readonly line: string;
  readonly fold: string;
  readonly label: string;
  readonly predicted: string;
  readonly score: string;
  readonly "score 경제": string;
  readonly "score 정치": string;
}

const readRows = (csv: string): PredictionRow[] => parse(csv, { columns: true }) as PredictionRow[];

async function writeCsv(text = CSV): Promise<string> {
  const csv = folder("articles.csv");
  await writeFile(csv, text);
  return csv;
}

describe("newsclf crossval", () => {
  it("prints a table of the folds and the report of all", async () => {
    const { exitCode, stdout, stderr } = await runCli(["crossval", await writeCsv(), "--folds", "3", ...QUICK]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^Fold +Trained on +Tried on +Accuracy +Macro-F1\n/);
    expect(stdout).toMatch(/^3 +8 +4 +\d\.\d{3} +\d\.\d{3}$/m);
    expect(stdout).toMatch(/^Standard deviation +0\.\d{3} +0\.\d{3}$/m);
    expect(stdout).toContain("All folds together\nAll usable articles of ");
    expect(stderr).toMatch(/fold 3: macro-F1 \d\.\d{4}/);
  });

  it("writes what was predicted for each article, with its line", async () => {
    const csv = await writeCsv();
    const predictions = folder("predictions.csv");
    const { exitCode, stdout } = await runCli([
      "crossval",
      csv,
      "--folds",
      "2",
      "--predictions",
      predictions,
      "--format",
      "json",
      ...QUICK,
    ]);
    expect(exitCode).toBe(0);
    const rows = readRows(await readFile(predictions, "utf8"));
    expect(rows.map((row) => row.line)).toEqual(Array.from({ length: 12 }, (_, i) => String(i + 2)));
    expect(rows.map((row) => row.source)).toEqual(Array.from({ length: 12 }, () => csv));
    expect(Object.keys(rows[0] as object)).toEqual([
      "source",
      "line",
      "fold",
      "label",
      "predicted",
      "score",
      "score 경제",
      "score 정치",
    ]);
    const result = JSON.parse(stdout) as { folds: object[]; macroF1: { mean: number }; report: { accuracy: number } };
    expect(result.folds).toHaveLength(2);
    const nCorrect = rows.filter(({ label, predicted }) => label === predicted).length;
    expect(result.report.accuracy).toBeCloseTo(nCorrect / 12, 12);
    for (const row of rows) expect(Number(row["score 경제"]) + Number(row["score 정치"])).toBeCloseTo(1, 5);
  });

  it("tells predictions for articles of several files apart", async () => {
    const csv = await writeCsv();
    const other = folder("other.csv");
    await copyFile(csv, other);
    const flags = ["--folds", "2", "--predictions", folder("predictions.csv"), ...QUICK];
    expect((await runCli(["crossval", csv, other, ...flags])).exitCode).toBe(0);
    const places = readRows(await readFile(folder("predictions.csv"), "utf8")).map(({ source, line }) => [
      source,
      line,
    ]);
    expect(places.map(([, line]) => line)).toEqual([...places.keys()].map((i) => String((i % 12) + 2)));
    expect(places.map(([source]) => source)).toEqual([...places.keys()].map((i) => (i < 12 ? csv : other)));
  });

  it("keeps a group of --group-column on one side", async () => {
    const predictions = folder("predictions.csv");
    const { exitCode, stderr } = await runCli([
      "crossval",
      await writeCsv(),
      "--folds",
      "3",
      "--group-column",
      "story",
      "--predictions",
      predictions,
      ...QUICK,
    ]);
    expect(exitCode, stderr).toBe(0);
    const rows = readRows(await readFile(predictions, "utf8"));
    const foldsOfStory = new Map<number, Set<string>>();
    for (const [index, { fold }] of rows.entries()) {
      foldsOfStory.set(index % 3, (foldsOfStory.get(index % 3) ?? new Set()).add(fold));
    }
    for (const folds of foldsOfStory.values()) expect(folds.size).toBe(1);
  });

  it("keeps near-duplicates on one side", async () => {
    const predictions = folder("predictions.csv");
    // Three copies of one story, and ten articles that have little in common.
    const copy = "경제,한국은행이 석 달 만에 기준금리를 다시 동결했다고 밝혔다";
    const others = ["환율이 올랐다", "수출 감소", "반도체 공장", "물가 목표", "가계 대출"].map(
      (text) => `경제,${text}`,
    );
    const politics = ["국회 표결", "야당 대표 회견", "개헌 논의", "법안 심사", "총리 후보"].map(
      (text) => `정치,${text}`,
    );
    const csv = await writeCsv(
      `category,title\n${[copy, `${copy}.`, `${copy}!`, ...others, ...politics].join("\n")}\n`,
    );
    const flags = ["--folds", "3", "--group-near-duplicates", "--predictions", predictions, ...QUICK];
    const { exitCode, stderr } = await runCli(["crossval", csv, ...flags]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain("near-duplicates: 1 groups of 3 articles");
    const [first, second, third] = readRows(await readFile(predictions, "utf8"));
    expect([second?.fold, third?.fold]).toEqual([first?.fold, first?.fold]);
  });

  it("goes forward by --date-column and names the line of what is no date", async () => {
    const csv = await writeCsv();
    const flags = ["--folds", "2", "--date-column", "작성일", "--validation-fraction", "0", ...QUICK];
    const { exitCode, stdout, stderr } = await runCli(["crossval", csv, "--format", "json", ...flags]);
    expect(exitCode, stderr).toBe(0);
    // Three days of four articles.
    expect(JSON.parse(stdout).folds).toMatchObject([
      { nTrain: 4, nTest: 4 },
      { nTrain: 8, nTest: 4 },
    ]);
    const broken = await runCli(["crossval", await writeCsv(CSV.replace("2026.1.2", "어제")), ...flags]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toMatch(/articles\.csv:4: a date must begin with year, month and day.*got "어제"/);
  });

  describe("--unlabeled", () => {
    /** Four articles of each label, then two days of words that are new to those who know the days before. */
    const DATED = [
      ...["금리", "은행", "대출", "물가"].map((word) => `경제,${word} 소식,2026.1.1`),
      ...["국회", "의원", "법안", "표결"].map((word) => `정치,${word} 소식,2026.1.1`),
      ...["경제,환율 소식", "정치,장관 소식"].flatMap((text) => Array.from({ length: 4 }, () => `${text},2026.1.2`)),
      ...["경제,수출 소식", "정치,총리 소식"].flatMap((text) => Array.from({ length: 4 }, () => `${text},2026.1.3`)),
    ];
    const BY_DATE = ["--folds", "2", "--date-column", "작성일", "--validation-fraction", "0", "--format", "json"];
    const accuracyOf = (stdout: string): number => (JSON.parse(stdout) as { accuracy: { mean: number } }).accuracy.mean;

    it("lets each fold learn from texts without labels, of several files", async () => {
      const csv = await writeCsv(`category,title,작성일\n${DATED.join("\n")}\n`);
      await writeFile(folder("economy.txt"), "금리 은행 환율\n대출 물가 수출\n".repeat(4));
      await writeFile(folder("politics.csv"), `title\n${"국회 의원 장관\n법안 표결 총리\n".repeat(4)}`);
      const files = ["--unlabeled", folder("economy.txt"), "--unlabeled", folder("politics.csv")];
      const without = await runCli(["crossval", csv, ...BY_DATE, ...QUICK]);
      const { exitCode, stdout, stderr } = await runCli(["crossval", csv, ...BY_DATE, ...QUICK, ...files]);
      expect(exitCode, stderr).toBe(0);
      // Without them the new words are unknown: the articles of a day look the same, half of them of each label.
      expect(accuracyOf(without.stdout)).toBe(0.5);
      expect(accuracyOf(stdout)).toBe(1);
    });

    it("takes the file that is tried, and shows the rounds of each fold", async () => {
      const csv = await writeCsv();
      const argv = ["crossval", csv, "--folds", "2", "--unlabeled", csv, "--pseudo-label-rounds", "100", ...QUICK];
      const { exitCode, stderr } = await runCli(argv, { columns: 120 });
      expect(exitCode, stderr).toBe(0);
      for (const fold of ["1/2", "2/2"]) {
        expect(stderr).toMatch(new RegExp(`${fold} pseudo-label [\\d,]+ {2}round \\d+/100`));
      }
    });

    it("tells of rows that are left out before the first fold", async () => {
      const csv = await writeCsv();
      await writeFile(folder("archive.csv"), "title,본문\n금리 소식,은행\n,\n국회 소식,의원\n");
      const argv = ["crossval", csv, "--folds", "2", "--unlabeled", folder("archive.csv"), ...QUICK];
      const { exitCode, stderr } = await runCli(argv);
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(
        /archive\.csv: left out 1 of 3 rows, which have no text: line 3\n(?:.*\n)*fold 1: macro-F1/,
      );
    });

    it("refuses them when nothing would learn from them, before it reads any file", async () => {
      const missing = ["crossval", folder("no.csv"), "--unlabeled", folder("none.txt")];
      for (const [flags, message] of [
        [["--no-linear"], "linear must be true where"],
        [["--pseudo-label-rounds", "0"], "pseudoLabelRounds must be 1 or more where"],
      ] as const) {
        const { exitCode, stderr } = await runCli([...missing, ...flags]);
        expect(exitCode).toBe(2);
        expect(stderr).toContain(message);
      }
      const { exitCode, stderr } = await runCli(["crossval", await writeCsv(), ...missing.slice(2), ...QUICK]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain("none.txt");
    });
  });

  it("says which column is missing, and that groups and dates exclude each other", async () => {
    const csv = await writeCsv();
    const missing = await runCli(["crossval", csv, "--date-column", "날짜"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('there is no column "날짜" for --date-column');
    const both = await runCli(["crossval", csv, "--date-column", "작성일", "--group-column", "story"]);
    expect(both.exitCode).toBe(2);
  });
});
