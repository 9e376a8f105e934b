/**
 * What is fuzzed, and what each must keep to whatever comes in: a right result, or an error that newsclf throws on purpose.
 * tools/fuzz.ts runs them for long, tests/property/fuzz.test.ts for a moment.
 */

import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { inflateSync } from "node:zlib";
import iconv from "iconv-lite";
import { parseReport } from "../../src/comparison/parse-report.js";
import { isNewsclfError } from "../../src/errors.js";
import type { ByteSource } from "../../src/io/files.js";
import { decompressSnappy } from "../../src/io/parquet/snappy.js";
import { decompressZstandard } from "../../src/io/parquet/zstandard.js";
import { readParquet } from "../../src/io/parquet-table.js";
import { readArticles } from "../../src/io/read-articles.js";
import { readDocuments } from "../../src/io/read-documents.js";
import { readUserDictionary } from "../../src/io/read-user-dictionary.js";
import { readZip } from "../../src/io/zip.js";
import { JsonFault, parseJson } from "../../src/json.js";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/model-file/checkpoint.js";
import { sealDigest } from "../../src/model-file/digest.js";
import { decodeModel, encodeModel } from "../../src/model-file/model-file.js";
import { Dictionary } from "../../src/morph/dictionary.js";
import { UserWordParser } from "../../src/morph/user-word-parser.js";
import { trainMlp } from "../../src/nn/train-mlp.js";
import { parseConfig } from "../../src/options/config.js";
import { resolveTrainingSettings } from "../../src/options/train-options.js";
import { cleanNews } from "../../src/text/clean-news.js";
import { train } from "../../src/train.js";
import { encodeDictionary } from "../../tools/encode-dictionary.js";
import { describeSmallRun, smallRun } from "../conformance/small-run.js";
import { makeWorkbook } from "../unit/io/workbook.js";
import { smallParts } from "../unit/model-file/small-model.js";
import { CONTEXT, entry, smallSource } from "../unit/morph/small-dictionary.js";
import { FuzzRandom, longLine, mutateBytes, oddText, oddValue } from "./fuzz-random.js";

export interface FuzzTarget {
  readonly name: string;
  /** Inputs of this target among 1,000 of all; those below 1 take seconds each. */
  readonly share: number;
  /** Makes one input and runs it; throws what must not happen. */
  readonly run: (random: FuzzRandom) => Promise<void> | void;
}

/** Runs it; an error on purpose is a right answer, any other is thrown on. */
async function expectRefusalAtMost(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isNewsclfError(error)) throw error;
  }
}

function check(holds: boolean, what: string, input: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(input).slice(0, 2000)}`);
}

/** Bytes as a source that hands them out in pieces of any size. */
function inPieces(random: FuzzRandom, bytes: Uint8Array): ByteSource {
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.below(bytes.length);
      yield bytes.subarray(at, end);
      at = end;
    }
  }
  return { name: random.pick(["a.csv", "a.tsv", "a.ndjson", "a"]), chunks: pieces() };
}

const LABELS = ["__proto__", "constructor", "경제", "정치"];
const TABLES = [
  'title,body,category\n금리,"은행, 대출",경제\n국회,표결,정치\n',
  "제목\t본문\t분류\n금리\t은행\t경제\n국회\t표결\t정치\n",
  '{"title":"금리","body":"은행","label":"경제"}\n{"title":"국회","label":"정치"}\n',
  'text,category\r\n"여러\r\n줄",경제\r\n국회,정치\r\n',
];
const WORDS = [
  "금리,NNP",
  "윤슬전자",
  "가,NNG,-100",
  "나,1,1,5,NNP,*,F,나,*,*,*,*",
  "# 주석",
  "다,NNP,x",
  ",,,",
  '"',
  "라,NNG,99999",
];

/** Tables that Arrow wrote, from the repository's root. */
const PARQUET_FOLDER = "tests/fixtures/parquet/";
const PARQUET_FILES = [
  ...["plain-1", "plain-2", "dictionary-1", "dictionary-2", "delta-1", "delta-2", "int96"],
  ...["checksum-1", "checksum-2"],
];
/** One byte 30 times, and a text twice: 3 literals and a copy. */
const SNAPPY: readonly (readonly [bytes: Uint8Array, nBytes: number])[] = [
  [Uint8Array.of(30, 0, 97, 114, 1, 0), 30],
  [Uint8Array.of(10, 8, 234, 176, 128, 26, 3, 0), 10],
];

const CONFIG =
  '{"seed": 1, "ensemble": 2, "text": {"clean": "news"}, "vectorizer": {"minDf": 3}, "network": {"hiddenUnits": [8, 8, 8]}}';

/** A text with a piece cut out, doubled, or a character replaced. */
function mutateText(random: FuzzRandom, text: string): string {
  const start = random.below(text.length);
  const end = start + random.below(text.length - start);
  return (
    text.slice(0, random.pick([start, end])) + random.pick(["", '"', "9e999", "{", oddText(random)]) + text.slice(end)
  );
}

const REPORT = `{"nDocuments": 4, "accuracy": 0.5, "macroF1": 0.5, "weightedF1": 0.5, "logLoss": null, "split": {"source": "가"},
 "labels": [{"label": "경제", "support": 4, "precision": 1e0, "recall": 0.5, "f1": null}], "articles": [{"text": "금리"}]}`;

/** Pieces of JSON in any order, or a damaged text. */
function oddJson(random: FuzzRandom, text: string): string {
  const pieces = [
    ...[
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      " ",
      "\n",
      "1",
      "-1e999",
      "-0",
      "null",
      '"\ud800"',
      '"\\ud800\\n"',
      '"__proto__"',
    ],
    ...['"seed"', '"vectorizer"', '"minDf"', '"settings"', '"model"', '"labels"', '"split"', oddText(random)],
  ];
  return random.below(2) === 0 ? random.join(pieces, 40) : mutateText(random, text);
}

/** Makes the targets; the seeds of the inputs are made once. */
export async function makeTargets(): Promise<readonly FuzzTarget[]> {
  const articles = [
    "금리 은행 대출",
    "환율 은행 금리",
    "물가 대출 금리",
    "국회 표결 정당",
    "국회 정당 의원",
    "표결 의원 정당",
  ].map((title, row) => ({ title, body: "", label: row < 3 ? "경제" : "정치" }));
  const { classifier } = await train(articles, {
    seed: 1,
    validationFraction: 0,
    text: { clean: "news" },
    vectorizer: { minDf: 1, maxDfFraction: 1 },
    network: { hiddenUnits: [4, 4, 4] },
    optimizer: { epochs: 2, minSteps: 1 },
  });

  const model = await encodeModel(
    smallParts({ labels: LABELS, terms: ["__proto__", "constructor", "금리/NNG", "은행/NNG"] }),
  );

  const smallTraining = smallRun(createReferenceMlp);
  const run = describeSmallRun();
  const training = trainMlp(smallTraining);
  training.next();
  const { value } = training.next("capture");
  if (!("kind" in value) || value.kind !== "state") throw new Error("Bug: training captured no state");
  const checkpoint = await encodeCheckpoint(value.state, run, []);

  const source = smallSource([
    entry("금리", CONTEXT.noun, 10, { tag: "NNG" }),
    entry("은행", CONTEXT.noun, 20, { tag: "NNG" }),
    entry("가", CONTEXT.particle, 5, { tag: "JKS" }),
  ]);
  const dictionaryBytes = await encodeDictionary(source);
  const inflate = (bytes: Uint8Array, sizeBytes: number) =>
    inflateSync(bytes, { maxOutputLength: Math.max(sizeBytes, 1) });
  const dictionary = Dictionary.fromBytes(dictionaryBytes, inflate);
  const parser = new UserWordParser(dictionary);
  const zip = makeWorkbook([["제목"], ["금리"]]);

  const parquetFiles = await Promise.all(PARQUET_FILES.map((name) => readFile(`${PARQUET_FOLDER}${name}.parquet`)));
  const zstandardFiles = ["zstandard", "zstandard-checksum"].map(async (name) => {
    type Frames = readonly { readonly piece: string; readonly times: number; readonly compressed: string }[];
    return JSON.parse(await readFile(`${PARQUET_FOLDER}${name}.json`, "utf8")) as Frames;
  });
  const zstandard = (await Promise.all(zstandardFiles))
    .flat()
    .map(
      ({ piece, times, compressed }) => [Buffer.from(compressed, "base64"), Buffer.byteLength(piece) * times] as const,
    );

  /** Half of the files carry a right digest, so that what lies behind it is reached. */
  async function damaged(random: FuzzRandom, bytes: Uint8Array): Promise<Uint8Array> {
    const mutated = mutateBytes(random, bytes);
    if (random.below(2) === 0 && mutated.length > 200) await sealDigest(mutated, 2);
    return mutated;
  }

  return [
    {
      name: "text → classify",
      share: 250,
      run: (random) => {
        const text = oddText(random);
        const predictions = classifier.classify(text, { topK: 2 });
        const sum = predictions.reduce((total, { score }) => total + score, 0);
        check(predictions.length === 2 && Math.abs(sum - 1) < 1e-5, `scores add up to ${sum}`, text);
      },
    },
    {
      name: "text → cleanNews",
      share: 250,
      run: (random) => {
        const text = oddText(random);
        const once = cleanNews(text);
        check(cleanNews(once) === once, "cleaning again changes the text", text);
      },
    },
    {
      name: "10 MB line → classify, cleanNews",
      share: 0.02,
      run: (random) => {
        const text = longLine(random);
        const predictions = classifier.classify(text, { topK: 2 });
        check(predictions.length === 2, "no scores", text);
        check(cleanNews(text).length <= text.length, "cleaning makes a text longer", text);
      },
    },
    {
      name: "10 MB line → readArticles",
      share: 0.02,
      run: (random) => {
        const line = longLine(random);
        const quoted = random.below(2) === 0 ? `"${line}"` : line;
        const bytes = Buffer.from(`title,body,category\n제목,${quoted},경제\n국회,표결,정치\n`);
        return expectRefusalAtMost(async () => {
          for await (const { line } of readArticles(inPieces(random, bytes))) check(line >= 1, "no line", line);
        });
      },
    },
    {
      name: "bytes → readArticles",
      share: 120,
      run: (random) => {
        const bytes = mutateBytes(random, Buffer.from(random.pick(TABLES).repeat(1 + random.below(3))));
        return expectRefusalAtMost(async () => {
          const reader = random.below(2) === 0 ? readArticles : readDocuments;
          for await (const { article, line } of reader(inPieces(random, bytes))) {
            check(typeof article.title === "string" && line >= 1, "no article", [...bytes]);
          }
        });
      },
    },
    {
      name: "bytes → Parquet",
      share: 60,
      run: (random) => {
        const bytes = mutateBytes(random, random.pick(parquetFiles));
        const limits = { maxRowBytes: random.pick([100, 2 ** 24]), recovers: random.below(2) === 0 };
        const read = async (start: number, end: number) => bytes.slice(start, end);
        return expectRefusalAtMost(async () => {
          let nColumns = -1;
          for await (const event of readParquet({ name: "a.parquet", sizeBytes: bytes.length, read }, limits)) {
            if (event.kind === "header") nColumns = event.names.length;
            else check(event.kind !== "row" || event.values.length === nColumns, "a ragged row", event);
          }
        });
      },
    },
    {
      name: "bytes → Snappy, Zstandard",
      share: 60,
      run: (random) => {
        const [decompress, [bytes, nBytes]] =
          random.below(2) === 0
            ? ([decompressSnappy, random.pick(SNAPPY)] as const)
            : ([decompressZstandard, random.pick(zstandard)] as const);
        try {
          const output = decompress(mutateBytes(random, bytes), nBytes);
          check(output.length === nBytes, `${output.length} bytes and not ${nBytes}`, [...bytes]);
        } catch (error) {
          // The reader of the table adds the file's name; a fault of its own has another name.
          if (!(error instanceof Error) || error.name !== "Error") throw error;
        }
      },
    },
    {
      name: "bytes → model",
      share: 120,
      run: async (random) => {
        const bytes = await damaged(random, model);
        await expectRefusalAtMost(async () => {
          const { metadata, vocabulary } = await decodeModel(bytes);
          check(metadata.labels.length >= 2 && vocabulary.nTerms >= 0, "a model without labels", [...bytes]);
        });
      },
    },
    {
      name: "bytes → checkpoint",
      share: 60,
      run: async (random) => {
        const bytes = await damaged(random, checkpoint);
        await expectRefusalAtMost(() => decodeCheckpoint(bytes, run, "a.checkpoint"));
      },
    },
    {
      name: "bytes → dictionary",
      share: 30,
      run: (random) => {
        const bytes = mutateBytes(random, dictionaryBytes);
        return expectRefusalAtMost(() => Dictionary.fromBytes(bytes, inflate));
      },
    },
    {
      name: "rows → user dictionary",
      share: 70,
      run: (random) => {
        const row = `${random.pick(WORDS)}${random.below(3) === 0 ? oddText(random) : ""}`;
        return expectRefusalAtMost(() => parser.parse(row.split(","), { source: "words.csv", line: 1 }));
      },
    },
    {
      name: "bytes → user dictionary",
      share: 30,
      run: (random) => {
        const rows = random.join(
          ["윤슬전자\n", "금리,NNP\n", '"하나,은행",NNG,-100\r\n', "# 주석\n", "가,1,1,5,NNP,*,F,가,*,*,*,*\n"],
          6,
        );
        const bytes = mutateBytes(random, iconv.encode(rows, random.pick(["utf8", "cp949", "utf16le"])));
        return expectRefusalAtMost(() => readUserDictionary([inPieces(random, bytes)], dictionary));
      },
    },
    {
      name: "text → options in a file",
      share: 30,
      run: (random) => {
        const deep = "[".repeat(random.below(2) === 0 ? 0 : 50_000);
        return expectRefusalAtMost(() => parseConfig(`${deep}${oddJson(random, CONFIG)}`, "a.json"));
      },
    },
    {
      name: "text → report to compare",
      share: 30,
      run: (random) => expectRefusalAtMost(() => parseReport(oddJson(random, REPORT), "a.json")),
    },
    {
      name: "text → JSON",
      share: 60,
      run: (random) => {
        const text = oddJson(random, random.pick([CONFIG, REPORT]));
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expected = undefined;
        }
        let found: unknown;
        try {
          found = parseJson(text);
        } catch (error) {
          // JSON.parse takes the last of two equal keys.
          if (!(error instanceof JsonFault)) throw error;
          if (!error.message.startsWith("is not JSON")) return;
          found = undefined;
        }
        check(isDeepStrictEqual(found, expected), "not what JSON.parse reads", text);
      },
    },
    {
      name: "bytes → zip",
      share: 30,
      run: async (random) => {
        const bytes = Buffer.from(mutateBytes(random, zip));
        try {
          const entries = await readZip(bytes, () => true, 10_000);
          check(entries.reduce((sum, { content }) => sum + content.length, 0) <= 10_000, "more than the limit", [
            ...bytes,
          ]);
        } catch (error) {
          // The reader of workbooks adds the file's name to these; zlib's have a code.
          const isKnown = error instanceof Error && (error.name === "Error" || error instanceof RangeError);
          if (!isKnown) throw error;
        }
      },
    },
    {
      name: "options → resolver",
      share: 90,
      run: (random) => {
        const values = [
          0,
          -1,
          1.5,
          Number.NaN,
          Number.POSITIVE_INFINITY,
          "1",
          null,
          [],
          [1, 2],
          {},
          true,
          2 ** 53,
          undefined,
        ];
        const groups = [
          "text",
          "terms",
          "vectorizer",
          "network",
          "optimizer",
          "seed",
          "validationFraction",
          "__proto__",
          "x",
        ];
        const names = [
          "clean",
          "tags",
          "minDf",
          "maxFeatures",
          "hiddenUnits",
          "dropout",
          "epochs",
          "constructor",
          "__proto__",
        ];
        const given = Object.fromEntries(
          Array.from({ length: random.below(4) }, () => [
            random.pick(groups),
            random.below(2) === 0
              ? random.pick<unknown>([...values, oddValue(random)])
              : Object.fromEntries([[random.pick(names), random.pick<unknown>([...values, oddValue(random)])]]),
          ]),
        );
        return expectRefusalAtMost(() => resolveTrainingSettings(given));
      },
    },
  ];
}

/** Runs inputs of all targets by their shares, or all of one target; returns how many of each ran. */
export async function fuzz(
  targets: readonly FuzzTarget[],
  seed: number,
  nInputs: number,
  { onFault }: { readonly onFault: (target: string, inputSeed: number, error: unknown) => void },
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const total = targets.reduce((sum, { share }) => sum + share, 0);
  for (const [place, { name, share, run }] of targets.entries()) {
    const nOfTarget = Math.max(1, Math.round((nInputs * share) / total));
    for (let i = 0; i < nOfTarget; i++) {
      // Each input has a seed of its own, so that a fault is found again without those before it.
      const inputSeed = Math.imul(seed, 0x9e37_79b1) + Math.imul(place, 0x85eb_ca6b) + i;
      try {
        await run(new FuzzRandom(inputSeed));
      } catch (error) {
        onFault(name, inputSeed, error);
      }
    }
    counts.set(name, nOfTarget);
  }
  return counts;
}
