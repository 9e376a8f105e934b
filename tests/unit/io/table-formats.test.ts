import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import type { ReadOptions, RejectedRow } from "../../../src/io/article-reader.js";
import { readArticles, readUnlabeledArticles } from "../../../src/io/read-articles.js";
import { readDocuments } from "../../../src/io/read-documents.js";
import { collect, collectArticles, errorOf, sourceOf } from "./streams.js";

async function read(content: string | Uint8Array, name: string, options: ReadOptions = {}, chunkSize?: number) {
  const rejected: RejectedRow[] = [];
  const reader = readArticles(sourceOf(content, chunkSize, name), {
    ...options,
    onReject: (row) => rejected.push(row),
  });
  const articles = await collectArticles(reader);
  return { articles, rejected, summary: reader.summary() };
}

const ARTICLES = [
  { article: { title: "금리, 동결", body: "한국은행\n발표", label: "경제" }, line: 2 },
  { article: { title: "결승골", body: "", label: "스포츠" }, line: 4 },
];
const CSV = '제목,본문,분류\n"금리, 동결","한국은행\n발표",경제\n결승골,,스포츠\n';

describe("readArticles on text formats", () => {
  it.each<readonly [string, string, ReadOptions]>([
    ["news.csv", CSV, {}],
    ["news.csv", CSV.replaceAll(/,(?! )/g, ";"), {}],
    ["news.txt", CSV.replaceAll(/,(?! )/g, "\t"), {}],
    ["news.tsv", CSV.replaceAll(/,(?! )/g, "\t"), {}],
    ["news.TAB.gz", CSV.replaceAll(/,(?! )/g, "\t"), {}],
    ["news", CSV.replaceAll(/,(?! )/g, ";"), { delimiter: "semicolon" }],
  ])("reads %s", async (name, content, options) => {
    for (const chunkSize of [1, 7, 65_536]) {
      expect((await read(content, name, options, chunkSize)).articles).toEqual(ARTICLES);
      expect((await read(gzipSync(content), name, options, chunkSize)).articles).toEqual(ARTICLES);
    }
  });

  it("tells what it found out, once and only that", async () => {
    const choices: unknown[] = [];
    const bytes = iconv.encode(CSV.replaceAll(/,(?! )/g, ";"), "cp949");
    await read(bytes, "excel.csv", { onChoice: (choice) => choices.push(choice) });
    expect(choices).toEqual([
      { source: "excel.csv", kind: "encoding", encoding: "cp949" },
      { source: "excel.csv", kind: "delimiter", delimiter: "semicolon" },
    ]);
  });

  it("reads several sources one after another and sums them up", async () => {
    const sources = [sourceOf(CSV, 9, "a.csv"), sourceOf("text,label\n하나,경제\n,정치\n", 9, "b.csv")];
    const reader = readArticles(sources);
    const records = await collect(reader);
    expect(records.map(({ source, line }) => `${source}:${line}`)).toEqual(["a.csv:2", "a.csv:4", "b.csv:2"]);
    expect(reader.summary()).toMatchObject({ nRows: 4, nUsable: 3, rejected: [{ reason: "empty-text", nRows: 1 }] });
    expect(reader.summary().sources.map(({ source, nUsable }) => [source, nUsable])).toEqual([
      ["a.csv", 2],
      ["b.csv", 1],
    ]);
  });

  it("gives id, date and publisher as they stand, and null where there is none", async () => {
    const text = "뉴스 식별자,일자,언론사,제목,분류\n01100101.20260102000001,20260102,가온일보,금리,경제\n";
    const [record] = await collect(readArticles(sourceOf(text)));
    expect(record?.details).toEqual({ id: "01100101.20260102000001", date: "20260102", publisher: "가온일보" });
    const [other] = await collect(readArticles(sourceOf("text,label\n금리,경제\n")));
    expect(other?.details).toEqual({ id: null, date: null, publisher: null });
  });

  it("removes NUL characters with the other controls", async () => {
    const [record] = (await read("text,label\n금\u0000리,경\u0000제\n", "a.csv")).articles;
    expect(record).toMatchObject({ article: { label: "경제" } });
    expect((await read("text,label\n\u0000,경제\n금리,정치\n", "a.csv")).rejected).toMatchObject([
      { line: 2, reason: "empty-text" },
    ]);
  });

  it.each([
    ["a workbook", Buffer.from("PK\u0003\u0004more"), "is a zip archive or a workbook"],
    ["a Parquet file", Buffer.from("PAR1more"), "is a Parquet file"],
    ["an old workbook", Buffer.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), "is an old Excel workbook"],
    ["a gzip file cut off", gzipSync(CSV).subarray(0, 40), "is not a whole gzip file (unexpected end of file)"],
    ["a gzip file damaged", Buffer.concat([gzipSync(CSV).subarray(0, 20), gzipSync(CSV)]), "is not a whole gzip file"],
  ])("refuses %s for text", async (_, content, message) => {
    for (const chunkSize of [1, 65_536]) {
      const error = await errorOf(read(content, "a.csv", {}, chunkSize));
      expect(error).toMatchObject({ code: "DATASET_FORMAT", source: "a.csv" });
      expect((error as Error).message).toContain(message);
    }
  });

  it("reads a gzip file that holds far more than it takes, a piece at a time", async () => {
    // 64 MiB of one line that is too long for a row.
    const bomb = gzipSync(Buffer.concat([Buffer.from("text,label\n"), Buffer.alloc(64 * 1024 * 1024, 97)]));
    expect(bomb.length).toBeLessThan(100_000);
    const error = await errorOf(read(bomb, "a.csv.gz", { maxRowSize: 100_000 }));
    expect(error).toMatchObject({ code: "DATASET_SYNTAX", line: 2 });
  });
});

describe("readArticles on NDJSON", () => {
  it("reads objects whose keys differ in order and number", async () => {
    const text =
      '{"제목":"금리","분류":"경제"}\r\n\n{"분류":3,"url":"x","본문":"여야","제목":null}\n{"text":"결승","label":"스포츠"}';
    for (const chunkSize of [1, 65_536]) {
      expect((await read(text, "news.jsonl", {}, chunkSize)).articles).toEqual([
        { article: { title: "금리", body: "", label: "경제" }, line: 1 },
        { article: { title: "", body: "여야", label: "3" }, line: 3 },
        { article: { title: "", body: "결승", label: "스포츠" }, line: 4 },
      ]);
    }
  });

  it("takes lists for bad rows where text is needed, and ignores them elsewhere", async () => {
    const text =
      '{"text":"금리","label":"경제","tags":["a"]}\n{"text":["금","리"],"label":"경제","tags":[]}\n{"other":1}\n';
    const { articles, rejected } = await read(text, "news.ndjson");
    expect(articles).toHaveLength(1);
    expect(rejected).toEqual([
      { source: "news.ndjson", line: 2, reason: "not-text", raw: '{"text":["금","리"],"label":"경제","tags":[]}' },
      { source: "news.ndjson", line: 3, reason: "missing-column", raw: '{"other":1}' },
    ]);
  });

  it("keeps keys that are names of object members", async () => {
    const text = '{"__proto__":"경제","constructor":"금리"}\n';
    const options = { labelColumn: "__proto__", textColumn: "constructor" };
    expect((await read(text, "a.ndjson", options)).articles).toMatchObject([
      { article: { body: "금리", label: "경제" } },
    ]);
  });

  it.each([
    ['{"text":', "DATASET_SYNTAX", "is not JSON"],
    ['["text"]', "DATASET_SYNTAX", "holds a JSON array, not an object; give one JSON object per line"],
    ["3", "DATASET_SYNTAX", "holds no JSON object"],
    ["\n", "DATASET_EMPTY", "it needs one JSON object per line"],
    ['{"번호":1}', "DATASET_COLUMN", "there is no label column"],
  ])("refuses %j", async (text, code, message) => {
    const error = await errorOf(read(text, "a.ndjson"));
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(message);
  });
});

const BAD = [
  "text,label", // line 1
  "하나,경제", // line 2: usable
  '속보 "둘",경제', // line 3: stray quote
  '"셋,경제', // line 4: a quote that never ends
  "넷,정치", // line 5: usable
  "다섯", // line 6: one column
  `여섯${"x".repeat(200)},정치`, // line 7: too long
  '"일""곱\n여덟",정치', // lines 8 and 9: usable
].join("\n");

describe("onBadRow", () => {
  const options = { maxRowSize: 100 };

  it.each(["skip", "collect"] as const)("%s goes on behind rows that cannot be read", async (onBadRow) => {
    for (const chunkSize of [1, 3, 16, 65_536]) {
      for (const text of [BAD, BAD.replaceAll("\n", "\r\n"), BAD.replaceAll("\n", "\r")]) {
        const { articles, rejected, summary } = await read(text, "a.csv", { ...options, onBadRow }, chunkSize);
        expect(articles.map(({ line }) => line)).toEqual([2, 5, 8]);
        expect(rejected.map(({ line, reason, raw }) => [line, reason, raw.slice(0, 10)])).toEqual([
          [3, "broken-row", '속보 "둘",경제'],
          [4, "broken-row", '"셋,경제'],
          [6, "wrong-column-count", "다섯"],
          [7, "too-long", "여섯xxxxxxxx"],
        ]);
        expect(summary).toMatchObject({ nRows: 7, nUsable: 3 });
      }
    }
  });

  it("report, the default, leaves out rows without text or label and ends at one that cannot be read", async () => {
    expect(await errorOf(read(BAD, "a.csv", options))).toMatchObject({ code: "DATASET_SYNTAX", line: 3 });
    const { rejected } = await read("text,label\n하나,경제\n둘\n", "a.csv", { onBadRow: "report" });
    expect(rejected).toHaveLength(1);
  });

  it("fail ends at the first row that cannot be used", async () => {
    const error = await errorOf(read("text,label\n하나,경제\n둘\n", "a.csv", { onBadRow: "fail" }));
    expect(error).toMatchObject({ code: "DATASET_ROW", line: 3 });
    expect((error as Error).message).toBe(
      "a.csv:3: the row has another number of columns than the header; mend it, or leave such rows out with --on-bad-row skip (onBadRow)",
    );
  });

  it("costs a line for each stray quote however many there are, and forgets what it passed over", async () => {
    const nRows = 3000;
    const text = `text,label\n${'"열린 따옴표,경제\n'.repeat(nRows)}하나,경제\n`;
    const { articles, rejected } = await read(text, "a.csv", { onBadRow: "skip" }, 1000);
    // Two lines with one quote each: the second closes what the first opens, and text follows it. The last has no partner.
    expect(rejected).toHaveLength(nRows);
    expect(articles).toMatchObject([{ line: nRows + 2 }]);
  });

  it("cuts a line that never ends and goes on behind it", async () => {
    const text = `text,label\n${"x".repeat(500)}\n하나,경제\n`;
    const { articles, rejected } = await read(text, "a.csv", { ...options, onBadRow: "skip" }, 7);
    expect(articles).toMatchObject([{ line: 3 }]);
    expect(rejected).toEqual([{ source: "a.csv", line: 2, reason: "too-long", raw: "x".repeat(100) }]);
  });

  it("skips lines of NDJSON that are no objects", async () => {
    const text = `{"text":"하나","label":"경제"}\nnull\n{"text":\n${"x".repeat(300)}\n{"text":"둘","label":"정치"}\n`;
    const { articles, rejected } = await read(text, "a.ndjson", { ...options, onBadRow: "skip" }, 11);
    expect(articles.map(({ line }) => line)).toEqual([1, 5]);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "broken-row"],
      [3, "broken-row"],
      [4, "too-long"],
    ]);
  });

  it("collect needs someone to take the rows", () => {
    expect(() => readArticles("a.csv", { onBadRow: "collect" })).toThrow(/onReject must be a function/);
  });

  it("refuses options out of range", () => {
    expect(() => readArticles("a.csv", { maxRowSize: 0 })).toThrow(/maxRowSize must be an integer/);
    expect(() => readArticles("a.csv", { inputFormat: "lines" })).toThrow(/inputFormat must be a format with columns/);
  });
});

describe("labels", () => {
  const text = "text,label\n하나,0\n둘,1\n셋,7\n";

  it("take the names of a label map, and rows with others are left out", async () => {
    const labelMap = new Map([
      ["0", "IT과학"],
      ["1", "경제"],
    ]);
    const { articles, rejected } = await read(text, "a.csv", { labelMap });
    expect(articles.map(({ article }) => article.label)).toEqual(["IT과학", "경제"]);
    expect(rejected).toMatchObject([{ line: 4, reason: "label-not-in-map" }]);
  });

  it("keep so many levels as asked for", async () => {
    const levels = "text,label\n하나,경제>증권_증시>코스피\n둘, 정치 > 국회 \n셋,COVID-19\n";
    const labelsAt = async (labelLevel: number) =>
      (await read(levels, "a.csv", { labelLevel })).articles.map(({ article }) => article.label);
    expect(await labelsAt(0)).toEqual(["경제>증권_증시>코스피", "정치 > 국회", "COVID-19"]);
    expect(await labelsAt(1)).toEqual(["경제", "정치", "COVID-19"]);
    expect(await labelsAt(2)).toEqual(["경제>증권_증시", "정치>국회", "COVID-19"]);
  });
});

const BIGKINDS = [
  "뉴스 식별자,일자,언론사,기고자,제목,통합 분류1,통합 분류2,통합 분류3,사건/사고 분류1,사건/사고 분류2,사건/사고 분류3,인물,위치,기관,키워드,특성추출(가중치순 상위 50개),본문,URL,분석제외 여부",
  '01100101.20260302100000001,20260302,가온일보,김하나,코스피 반등,경제>증권_증시,경제>금융_재테크,,,,,,,한국거래소,"코스피,반등",코스피,지수가 올랐다.,https://example.com/economy/1,',
  "01100101.20260302100000002,20260302,가온일보,김하나,코스피 반등,경제>증권_증시,,,,,,,,,,,지수가 올랐다.,https://example.com/economy/2,중복",
  "01100101.20260303100000003,20260303,나래신문,이두리,예산안 처리 불발,정치-국회_정당,,,,,,,,,,,여야가 합의하지 못했다.,https://example.com/3,",
  "01100101.20260303100000004,20260303,나래신문,이두리,부고,,,,,,,,,,,,,https://example.com/4,예외",
].join("\n");

describe("the preset bigkinds", () => {
  const preset = "bigkinds";

  it("reads title, body and the first level of the label, and drops what the export marks", async () => {
    const { articles, rejected, summary } = await read(BIGKINDS, "NewsResult.csv", { preset });
    expect(articles.map(({ article }) => article)).toEqual([
      { title: "코스피 반등", body: "지수가 올랐다.", label: "경제" },
      { title: "예산안 처리 불발", body: "여야가 합의하지 못했다.", label: "정치" },
    ]);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [3, "excluded"],
      [5, "excluded"],
    ]);
    expect(summary).toMatchObject({ nRows: 4, nUsable: 2, rejected: [{ reason: "excluded", nRows: 2 }] });
    // Being excluded is no fault of the row.
    expect((await read(BIGKINDS, "NewsResult.csv", { preset, onBadRow: "fail" })).articles).toHaveLength(2);
  });

  it("keeps ids as text, all their digits", async () => {
    const [record] = await collect(readArticles(sourceOf(BIGKINDS), { preset }));
    expect(record?.details).toEqual({ id: "01100101.20260302100000001", date: "20260302", publisher: "가온일보" });
  });

  it("keeps more levels, and other columns, where asked to", async () => {
    const more = await read(BIGKINDS, "a.csv", { preset, labelLevel: 2 });
    expect(more.articles.map(({ article }) => article.label)).toEqual(["경제>증권_증시", "정치>국회_정당"]);
    const titles = await read(BIGKINDS, "a.csv", { preset, titleColumn: "제목" });
    expect(titles.articles[0]).toMatchObject({ article: { title: "코스피 반등", body: "" } });
  });

  it("says which column it misses", async () => {
    const error = await errorOf(read("제목,본문,분류\n금리,동결,경제\n", "a.csv", { preset }));
    expect((error as Error).message).toContain('there is no column "통합 분류1" for --label-column (labelColumn)');
  });

  it("needs no label to classify", async () => {
    const text = BIGKINDS.replaceAll("통합 분류", "다른 분류");
    expect(await collect(readUnlabeledArticles(sourceOf(text), { preset }))).toHaveLength(2);
  });
});

describe("readDocuments", () => {
  it("knows NDJSON by its first line and any delimiter by its header", async () => {
    for (const [text, line] of [
      ['{"제목":"금리","본문":"동결"}\n', 1],
      ["번호\t제목\t본문\n1\t금리\t동결\n", 2],
      ["번호;제목;본문\n1;금리;동결\n", 2],
    ] as const) {
      expect(await collectArticles(readDocuments(sourceOf(text, 5, "standard input")))).toEqual([
        { article: { title: "금리", body: "동결" }, line },
      ]);
    }
  });

  it("takes braces in plain text for text", async () => {
    const texts = await collectArticles(readDocuments(sourceOf('{"번호":1}\n{속보} 금리\n', 5, "standard input")));
    expect(texts.map(({ article }) => article.title)).toEqual(['{"번호":1}', "{속보} 금리"]);
  });

  it("takes lines that are too long for bad rows where asked to", async () => {
    const text = `하나\n${"x".repeat(50)}\n둘\n`;
    const options = { maxRowSize: 20 };
    const error = await errorOf(collect(readDocuments(sourceOf(text, 5, "in"), options)));
    expect(error).toMatchObject({ code: "DATASET_SYNTAX", line: 2 });
    const reader = readDocuments(sourceOf(text, 5, "in"), { ...options, onBadRow: "skip" });
    expect((await collectArticles(reader)).map(({ line }) => line)).toEqual([1, 3]);
    expect(reader.summary()).toMatchObject({ nRows: 3, nUsable: 2 });
  });
});
