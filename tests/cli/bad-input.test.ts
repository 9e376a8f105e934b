/** What the main job calls bad input: each gets one clear sentence with place and remedy, and leaves nothing half-written. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { encodeModel } from "../../src/model-file/model-file.js";
import { smallParts } from "../unit/model-file/small-model.js";
import { type RunResult, runCli, TINY_CORPUS, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: made for this test`), { code });

// Root may read and write everywhere and no test may fill the disk, so the operating system's answers are put in here:
// below a folder "denied" nothing can be opened, below "read-only" nothing for writing, below "full" nothing can be written
// to the end.
vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  const isBelow = (file: unknown, folder: string) => String(file).split(path.sep).includes(folder);
  const open: typeof real.open = async (file, ...more) => {
    if (isBelow(file, "denied")) throw systemError("EACCES");
    if (isBelow(file, "read-only")) throw systemError("EROFS");
    const handle = await real.open(file, ...more);
    if (isBelow(file, "full")) {
      handle.writeFile = async () => {
        await handle.write("half");
        throw systemError("ENOSPC");
      };
    }
    return handle;
  };
  const readFile = (async (file: string, ...more: []) => {
    if (isBelow(file, "denied")) throw systemError("EACCES");
    return real.readFile(file, ...more);
  }) as typeof real.readFile;
  return { ...real, open, readFile };
});
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const createReadStream = (file: string) => {
    if (!file.split(path.sep).includes("denied")) return real.createReadStream(file);
    const stream = new Readable({ read: () => undefined });
    stream.destroy(systemError("EACCES"));
    return stream;
  };
  return { ...real, createReadStream };
});

const inFolder = useFolder();

beforeAll(async () => {
  expect((await trainTiny(inFolder("good"))).exitCode).toBe(0);
  await mkdir(inFolder("denied"));
  await mkdir(inFolder("full"));
  await mkdir(inFolder("read-only"));
  await mkdir(inFolder("a-folder"));
});

/** One line on stderr that says what is wrong, no data, no stack. */
function expectSentence({ exitCode, stdout, stderr }: RunResult, sentence: string, code = 1): void {
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).toBe(`newsclf: ${sentence}\n`);
}

async function writeInput(name: string, content: string | Uint8Array): Promise<string> {
  const file = inFolder(name);
  await writeFile(file, content);
  return file;
}

const trainOn = (csv: string, ...more: readonly string[]) =>
  runCli([
    ...["train", csv, "-o", inFolder("bad", "m.newsclf"), "--report", inFolder("bad", "report")],
    ...TINY_TRAINING,
    ...more,
  ]);

const HEADER = "제목,본문,분류\n";
const ENCODING_REMEDY =
  'name the encoding with --encoding (encoding), or save the file as UTF-8 (in Excel: "CSV UTF-8")';

/** Names of input files with their content, and what is said of each. */
const BAD_FILES: readonly (readonly [string, string | Uint8Array, string])[] = [
  ["an empty file", "", "FILE: is empty; it needs a header line and rows below it"],
  ["a file of blank lines", "\n \n", "FILE: is empty; it needs a header line and rows below it"],
  ["a header without rows", HEADER, "FILE: has a header but no rows; add one row for each article"],
  [
    "no label column",
    "제목,본문\n금리,대출\n",
    'FILE:1: there is no label column; the columns are "제목", "본문"; name it with --label-column (labelColumn)',
  ],
  [
    "no text column",
    "번호,분류\n1,경제\n",
    'FILE:1: there is no text column; the columns are "번호", "분류"; name one with --text-column (textColumn) or --title-column (titleColumn)',
  ],
  [
    "rows without label or text",
    `${HEADER}금리,,\n,,경제\n`,
    "FILE: none of the 2 rows can be used: 1 × empty-label (first on line 2), 1 × empty-text (first on line 3); check that the columns are the right ones",
  ],
  // 0xFF is in no character of either; the header has 21 bytes with its line end.
  [
    "bytes of no encoding",
    Buffer.concat([Buffer.from(HEADER), Buffer.of(0xff, 0x2c)]),
    `FILE:2: byte 0xFF at offset 21 is not UTF-8, and byte 0xEC at offset 0 is not CP949; ${ENCODING_REMEDY}`,
  ],
  [
    "a quote that never ends",
    `${HEADER}금리,대출,경제\n"국회,표결,정치\n`,
    'FILE:3:1: a quote that opens in this record is never closed; close it, or double it ("") if it is part of the text',
  ],
];

describe("newsclf train on", () => {
  it.each(BAD_FILES)("%s", async (_, content, sentence) => {
    const csv = await writeInput("bad.csv", content);
    expectSentence(await trainOn(csv), sentence.replace("FILE", csv));
    expect(await readdir(inFolder())).not.toContain("bad");
  });

  it.each<readonly [string, string, string]>([
    [
      "one label",
      `${HEADER}금리,대출,경제\n환율,수출,경제\n`,
      'FILE: all 2 articles have the label "경제"; a classifier needs two labels or more',
    ],
    [
      "fewer than two articles of a label",
      `${HEADER}금리,대출,경제\n환율,수출,경제\n국회,표결,정치\n`,
      'FILE: a label needs two articles or more; only one has "정치"; add articles or drop the label',
    ],
  ])("%s", async (_, content, sentence) => {
    const csv = await writeInput("bad.csv", content);
    const { exitCode, stdout, stderr } = await trainOn(csv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").slice(1)).toEqual([`newsclf: ${sentence.replace("FILE", csv)}`, ""]);
    expect(await readdir(inFolder())).not.toContain("bad");
  });

  it("a missing file, a folder, a path through a file, and a file without permission", async () => {
    expectSentence(await trainOn(inFolder("no.csv")), `${inFolder("no.csv")}: does not exist; check the path`);
    const folder = inFolder("a-folder");
    expectSentence(await trainOn(folder), `${folder}: is a directory; give the path of a file in it`);
    const through = path.join(TINY_CORPUS, "a.csv");
    expectSentence(
      await trainOn(through),
      `${through}: does not exist, because a part of the path is a file and not a folder; check the path`,
    );
    const denied = inFolder("denied", "a.csv");
    expectSentence(
      await trainOn(denied),
      `${denied}: cannot be read, permission is denied; allow reading it or choose another file`,
    );
  });

  it("a label column that is not there", async () => {
    const { exitCode, stdout, stderr } = await trainOn(TINY_CORPUS, "--label-column", "부서");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`${TINY_CORPUS}:1: there is no column "부서" for --label-column`);
    expect(stderr).toContain('the columns are "date", "title", "body", "category"');
  });

  it("articles of which no term is left", async () => {
    const { exitCode, stdout, stderr } = await trainOn(TINY_CORPUS, "--min-df", "1000");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/newsclf: .*minDf/);
    expect(await readdir(inFolder())).not.toContain("bad");
  });

  it("options that do not fit each other", async () => {
    const { exitCode, stderr } = await trainOn(TINY_CORPUS, "--learning-rate", "1", "--weight-decay", "2");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("newsclf: optimizer.weightDecay must be below 1 / learningRate = 1; got 2\n");
  });
});

describe("newsclf train into", () => {
  const trainInto = (model: string, report: string) =>
    runCli(["train", TINY_CORPUS, "-o", model, "--report", report, ...TINY_TRAINING]);
  const read = `${TINY_CORPUS}: 24 articles\n`;

  it("a folder, a path through a file, and a place without permission: says so before the work", async () => {
    const folder = await trainInto(inFolder("a-folder"), inFolder("r1"));
    expect(folder).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `newsclf: ${inFolder("a-folder")}: is a directory; give the path of a file to write\n`,
    });
    const through = path.join(inFolder("good", "tiny.newsclf"), "m.newsclf");
    const throughFile = await trainInto(through, inFolder("r2"));
    expect(throughFile.exitCode).toBe(1);
    expect(throughFile.stderr).toBe(
      `newsclf: ${through}: cannot be created, because a part of the path is a file and not a folder; choose another place\n`,
    );
    const denied = await trainInto(inFolder("denied", "m.newsclf"), inFolder("r3"));
    expect(denied.exitCode).toBe(1);
    expect(denied.stderr).toBe(
      `newsclf: ${inFolder("denied", "m.newsclf")}: cannot be written, permission is denied; allow writing there or choose another place\n`,
    );
    const readOnly = await trainInto(inFolder("read-only", "m.newsclf"), inFolder("r4"));
    expect(readOnly).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `newsclf: ${inFolder("read-only", "m.newsclf")}: cannot be written, the file system is read-only; choose another place\n`,
    });
    const report = await trainInto(inFolder("m4.newsclf"), inFolder("good", "tiny.newsclf"));
    expect(report.exitCode).toBe(1);
    expect(report.stderr).toContain(`newsclf: ${inFolder("good", "tiny.newsclf", "report.html")}: cannot be created`);
    expect(await readdir(inFolder())).not.toContain("m4.newsclf");
  });

  it("a full disk: keeps the model that was there and leaves nothing beside it", async () => {
    const model = inFolder("full", "m.newsclf");
    await (await import("node:fs")).promises.writeFile(model, "old");
    const { exitCode, stdout, stderr } = await trainInto(model, inFolder("full-report"));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe(
      `${read}newsclf: ${model}: cannot be written, no space is left on the device; free some space or write to another place\n`,
    );
    expect(await readdir(inFolder("full"))).toEqual(["m.newsclf"]);
    expect(await readFile(model, "utf8")).toBe("old");
  });

  it("a full disk for the report: keeps the model, which is written first", async () => {
    const { exitCode, stderr } = await trainInto(inFolder("kept.newsclf"), inFolder("full", "report"));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`model: ${inFolder("kept.newsclf")} `);
    expect(stderr).toContain(`newsclf: ${inFolder("full", "report", "report.json")}: cannot be written, no space`);
    expect(await readdir(inFolder("full", "report"))).toEqual([]);
    expect(await readFile(inFolder("kept.newsclf"))).toEqual(await readFile(inFolder("good", "tiny.newsclf")));
  });
});

describe("a model file", () => {
  /** The commands that read a model, each with what else it needs. */
  const COMMANDS: readonly (readonly [string, (model: string) => readonly string[]])[] = [
    ["classify", (model) => ["classify", "-m", model, "--text", "금리"]],
    ["evaluate", (model) => ["evaluate", model, TINY_CORPUS]],
    ["inspect", (model) => ["inspect", model]],
    ["inspect --matrix", (model) => ["inspect", model, "--matrix", inFolder("m.mtx"), "--articles", TINY_CORPUS]],
  ];

  it.each(COMMANDS)("that is missing, a folder or without permission: %s", async (_, argvFor) => {
    const missing = inFolder("no.newsclf");
    expectSentence(await runCli(argvFor(missing)), `${missing}: does not exist; check the path`);
    const folder = inFolder("a-folder");
    expectSentence(await runCli(argvFor(folder)), `${folder}: is a directory; give the path of a file in it`);
    const denied = inFolder("denied", "m.newsclf");
    expectSentence(
      await runCli(argvFor(denied)),
      `${denied}: cannot be read, permission is denied; allow reading it or choose another file`,
    );
  });

  it.each(COMMANDS)("that is none, cut off, or damaged: %s", async (_, argvFor) => {
    const csv = await runCli(argvFor(TINY_CORPUS));
    expect({ exitCode: csv.exitCode, stdout: csv.stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(csv.stderr).toMatch(
      /^newsclf: \S+tiny-corpus\.csv: byte 0: expected .*; give a model file that newsclf train wrote\n$/,
    );

    const bytes = await readFile(inFolder("good", "tiny.newsclf"));
    const empty = await writeInput("empty.newsclf", "");
    const ofEmpty = await runCli(argvFor(empty));
    expect(ofEmpty.stderr).toMatch(
      /^newsclf: \S+empty\.newsclf: byte 0: expected .*; found 0 bytes in all; give a model file/,
    );

    const cut = await writeInput("cut.newsclf", bytes.subarray(0, bytes.length - 1));
    const ofCut = await runCli(argvFor(cut));
    expect(ofCut.exitCode).toBe(1);
    expect(ofCut.stderr).toContain("the file is cut off or has something appended; copy it again\n");

    const changed = Buffer.from(bytes);
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
    const ofChanged = await runCli(argvFor(await writeInput("changed.newsclf", changed)));
    expect(ofChanged.exitCode).toBe(1);
    expect(ofChanged.stderr).toContain("the file is damaged; copy it again or train again\n");
    expect(await readdir(inFolder())).not.toContain("m.mtx");
  });

  it("that was trained with another dictionary", async () => {
    const bytes = await encodeModel(smallParts({ labels: ["경제", "정치"], terms: ["금리/NNG"] }));
    const model = await writeInput("other.newsclf", bytes);
    const { exitCode, stdout, stderr } = await runCli(["classify", "-m", model, "--text", "금리"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`newsclf: ${model}: byte 8: expected tokenizer mecab-ko`);
    expect(stderr).toContain(
      "found a model trained with words-1; use the newsclf version it was trained with, or train again",
    );
  });
});

describe("texts", () => {
  const verbs: readonly (readonly [string, readonly string[]])[] = [
    ["classify", ["classify", "-m", "MODEL"]],
    ["tokenize", ["tokenize"]],
  ];

  it.each(verbs)("that cannot be read: %s", async (_, argv) => {
    const command = argv.map((word) => (word === "MODEL" ? inFolder("good", "tiny.newsclf") : word));
    const missing = inFolder("no.txt");
    expectSentence(await runCli([...command, missing]), `${missing}: does not exist; check the path`);
    const folder = inFolder("a-folder");
    expectSentence(await runCli([...command, folder]), `${folder}: is a directory; give the path of a file in it`);
    const legacy = await writeInput("legacy.txt", Buffer.of(0xff, 0xdd, 0x0a));
    expectSentence(
      await runCli([...command, legacy]),
      `${legacy}:1: byte 0xFF at offset 0 is not UTF-8, and byte 0xFF at offset 0 is not CP949; ${ENCODING_REMEDY}`,
    );
  });

  it("in an empty CSV or one without a text column", async () => {
    const classify = ["classify", "-m", inFolder("good", "tiny.newsclf")];
    const empty = await writeInput("empty.csv", "");
    expectSentence(await runCli([...classify, empty]), `${empty}: is empty; it needs a header line and rows below it`);
    const other = await writeInput("other.csv", "번호,값\n1,2\n");
    const { exitCode, stderr } = await runCli([...classify, other]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `newsclf: ${other}:1: there is no text column; the columns are "번호", "값"; name one with`,
    );
  });
});

describe("newsclf evaluate on", () => {
  it.each(BAD_FILES)("%s", async (_, content, sentence) => {
    const csv = await writeInput("bad.csv", content);
    expectSentence(await runCli(["evaluate", inFolder("good", "tiny.newsclf"), csv]), sentence.replace("FILE", csv));
  });
});
