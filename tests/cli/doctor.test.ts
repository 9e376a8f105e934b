import { readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.js";
import type { EvaluationReport } from "../../src/evaluation/index.js";
import { runCli, TINY_CORPUS, useFolder } from "./harness.js";

const inFolder = useFolder();

const ROWS = [
  "label,title,body",
  "생활/문화,가을 전시가 미술관에서 열린다,",
  "생활문화,겨울 공연이 극장에서 시작된다,",
  "생활/문화,가을 전시가 미술관에서 열린다,",
  "경제,가을 전시가 미술관에서 열린다,",
  "경제,은행 대출 금리가 다시 올랐다,",
  ",라벨이 없는 기사,",
];

async function writeRows(name: string, rows: readonly string[]): Promise<string> {
  await writeFile(inFolder(name), `${rows.join("\n")}\n`);
  return inFolder(name);
}

describe("newsclf doctor", () => {
  it("reports rows, spellings, copies and conflicts as JSON", async () => {
    const file = await writeRows("in.csv", ROWS);
    const { exitCode, stdout } = await runCli(["doctor", file, "--format", "json"]);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as DoctorReport;
    expect(report).toMatchObject({
      nArticles: 5,
      files: [
        { source: file, encoding: "utf-8", nRows: 6, rejected: [{ reason: "empty-label", nRows: 1, lines: [7] }] },
      ],
      labels: [
        { label: "생활/문화", nArticles: 3 },
        { label: "경제", nArticles: 2 },
      ],
      labelSpellings: [{ spelling: "생활문화", label: "생활/문화", nArticles: 1 }],
      copies: { exact: { nGroups: 1, nArticles: 3 }, near: { nGroups: 0 }, conflicting: { nGroups: 1, nArticles: 3 } },
      // Too few articles for five folds.
      labelErrors: null,
      against: null,
    });
    expect(report.copies.conflicts[0]?.articles.map(({ line }) => line)).toEqual([2, 4, 5]);
  });

  it("counts spellings apart with --no-label-normalization, and still names them", async () => {
    const file = await writeRows("in.csv", ROWS);
    const { stdout } = await runCli(["doctor", file, "--format", "json", "--no-label-normalization"]);
    const report = JSON.parse(stdout) as DoctorReport;
    expect(report.labels).toHaveLength(3);
    expect(report.labelSpellings).toHaveLength(1);
  });

  it("shows the same as text, the problems first", async () => {
    const file = await writeRows("in.csv", ROWS);
    const { exitCode, stdout } = await runCli(["doctor", file]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${file}: 6 rows, utf-8\n5 articles, 2 labels\n\nproblem  Rows that cannot be used`);
    expect(stdout).toContain('\n"생활문화"  "생활/문화"           1\n');
    expect(stdout.indexOf("problem  Exact copies")).toBeLessThan(stdout.indexOf("notice   Labels with fewer"));
  });

  it("writes mended articles and a log of each change with --fix, and leaves the input alone", async () => {
    const file = await writeRows("in.csv", ROWS);
    const { exitCode, stderr } = await runCli(["doctor", file, "--fix", inFolder("out.csv")]);
    expect(exitCode).toBe(0);
    expect(await readFile(inFolder("out.csv"), "utf8")).toBe(
      [
        "title,body,label",
        "가을 전시가 미술관에서 열린다,,생활/문화",
        "겨울 공연이 극장에서 시작된다,,생활/문화",
        "가을 전시가 미술관에서 열린다,,경제",
        "은행 대출 금리가 다시 올랐다,,경제",
        "",
      ].join("\n"),
    );
    expect(await readFile(inFolder("out.csv.log.csv"), "utf8")).toBe(
      [
        "source,line,change,from,to",
        `${file},7,unusable-row,empty-label,`,
        `${file},3,label-spelling,생활문화,생활/문화`,
        `${file},4,exact-copy,생활/문화,`,
        "",
      ].join("\n"),
    );
    expect(stderr).toContain("(3 changes)");
    expect(await readFile(file, "utf8")).toBe(`${ROWS.join("\n")}\n`);
    await runCli(["doctor", file, "--fix", inFolder("out.csv"), "--fix-log", inFolder("changes.csv")]);
    expect((await stat(inFolder("changes.csv"))).size).toBeGreaterThan(0);
  });

  it("finds copies in a second file and measures the shift of labels", async () => {
    const file = await writeRows("in.csv", ROWS);
    const other = await writeRows("other.csv", [
      "label,title",
      "경제,은행 대출 금리가 다시 올랐다",
      "경제,주가가 내렸다",
    ]);
    const { stdout } = await runCli(["doctor", file, "--against", other, "--format", "json"]);
    const { against } = JSON.parse(stdout) as DoctorReport;
    expect(against).toMatchObject({ source: other, nArticles: 2, nCopies: 1 });
    expect(against?.copies[0]).toMatchObject({ articles: [{ line: 6 }], against: [{ source: other, line: 2 }] });
    // 경제 2 of 5 and 2 of 2: p = 2.5/6, q = 2.5/3; 생활/문화 p = 3.5/6, q = 0.5/3.
    // (5/12) ln 2 + (5/12) ln 3.5 = 0.8108
    expect(against?.labelPsi).toBeCloseTo(0.8108, 4);
    expect((await runCli(["doctor", file, "--against", other])).stdout).toContain("Shift of the label shares");
  });

  it("searches for wrong labels, but not with --no-label-errors", async () => {
    const { exitCode, stdout } = await runCli(["doctor", TINY_CORPUS, "--folds", "2", "--format", "json"]);
    expect(exitCode).toBe(0);
    const { labelErrors, nArticles } = JSON.parse(stdout) as DoctorReport;
    expect(labelErrors?.nTried).toBe(nArticles);
    const without = await runCli(["doctor", TINY_CORPUS, "--no-label-errors", "--format", "json"]);
    expect((JSON.parse(without.stdout) as DoctorReport).labelErrors).toBeNull();
  });

  it("writes a page in both languages in which texts are escaped", async () => {
    const file = await writeRows("in.csv", [...ROWS, "정치,<b>가을 전시가 미술관에서 열린다&amp;lt;,"]);
    const { exitCode } = await runCli(["doctor", file, "--html", inFolder("page.html"), "--lang", "ko"]);
    expect(exitCode).toBe(0);
    const page = await readFile(inFolder("page.html"), "utf8");
    expect(page).toContain('<html lang="ko">');
    expect(page).toContain("같은 글에 다른 라벨");
    expect(page).toContain("Same text, different labels");
    expect(page).not.toContain("<b>가을");
  });

  it("ends with 1 when --fail-on finds something of that severity, the report written all the same", async () => {
    const file = await writeRows("in.csv", ROWS);
    const failed = await runCli(["doctor", file, "--fail-on", "problem"]);
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain("Exact copies");
    expect(failed.stderr).toContain(`newsclf: ${file}: unusable-rows 1, label-spellings 1, `);
    const clean = await writeRows("clean.csv", [ROWS[0]!, ROWS[1]!, ROWS[5]!]);
    expect((await runCli(["doctor", clean, "--fail-on", "problem"])).exitCode).toBe(0);
    // Labels with fewer than 20 articles are a notice.
    expect((await runCli(["doctor", clean, "--fail-on", "notice"])).exitCode).toBe(1);
  });

  it("takes rows that a BigKinds export marks as left out for no fault, and neither does a report", async () => {
    const rows = Array.from({ length: 8 }, (_, i) => [
      `은행 대출 금리 ${i}번째 인상,,경제>금융,`,
      `대표팀 축구 경기 ${i}번째 승리,,스포츠>축구,`,
      `은행 대출 금리 ${i}번째 인상,,경제>금융,중복`,
    ]);
    const file = await writeRows("bigkinds.csv", ["제목,본문,통합 분류1,분석제외 여부", ...rows.flat()]);
    const input = [file, "--preset", "bigkinds"];
    const { exitCode, stdout, stderr } = await runCli([
      "doctor",
      ...input,
      "--similarity",
      "1",
      "--fail-on",
      "problem",
    ]);
    expect(stderr).toContain("left out 8 of 24 rows, which are marked as excluded");
    expect(stdout).not.toContain("Rows that cannot be used");
    expect(exitCode).toBe(0);
    const places = ["-o", inFolder("b.newsclf"), "--report", inFolder("b"), "--validation-fraction", "0.25"];
    expect((await runCli(["train", ...input, ...places, "--min-df", "1"])).stdout).not.toContain("Faults of the data");
    const { articles } = JSON.parse(await readFile(inFolder("b", "report.json"), "utf8")) as EvaluationReport;
    expect(articles).toMatchObject({ nRead: 24, nRejected: 8, nExcluded: 8 });
  });

  it("refuses --fix-log without --fix", async () => {
    const { exitCode, stderr } = await runCli(["doctor", TINY_CORPUS, "--fix-log", "x.csv"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--fix-log needs --fix");
  });
});
