/**
 * Files of strangers that ask for more memory than they should get, for tools/hostile-memory.ts and tests/property/hostile-memory.test.ts.
 * Each says how its kind is loaded, and how much memory that may take beyond a bare load.
 */

import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { ZipEntry } from "../../src/io/zip.js";
import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { encodeCheckpoint } from "../../src/model-file/checkpoint.js";
import { formatManifest } from "../../src/model-file/manifest.js";
import { encodeModel } from "../../src/model-file/model-file.js";
import { adler32, DICTIONARY_VERSION, PREFIX_BYTES, SECTION_NAMES } from "../../src/morph/dictionary-format.js";
import { trainMlp } from "../../src/nn/train-mlp.js";
import { encodeDictionary } from "../../tools/encode-dictionary.js";
import { describeSmallRun, smallRun } from "../conformance/small-run.js";
import {
  dataPage,
  dictionaryPage,
  int,
  littleEndian,
  makeParquet,
  plain,
  text,
  varint,
} from "../unit/io/parquet-file.js";
import { makeWorkbook, sheetXml, workbookParts } from "../unit/io/workbook.js";
import { smallParts, tensorsOf, writeModelFile } from "../unit/model-file/small-model.js";
import { CONTEXT, entry, smallSource } from "../unit/morph/small-dictionary.js";
import type { LoadKind } from "./peak-memory.js";

const MEGABYTE = 2 ** 20;

/** Bytes that loading may take beside a bare load: for each byte of the file, and in all. */
export interface Allowance {
  readonly perByte: number;
  readonly constantBytes: number;
}

/**
 * Where the constants come from: 250,000 values of JSON take some 60 MB, with their places 80; a section of a dictionary 64 MiB; 100,000 user
 * words 80 MB; the 64 MiB of a workbook are there some five times; Parquet's pages take 128 MiB. A model's vocabulary and counts take up to
 * four bytes for each of its file where it has next to no weights.
 */
export const ALLOWANCES: Readonly<Record<LoadKind, Allowance>> = {
  model: { perByte: 4, constantBytes: 96 * MEGABYTE },
  checkpoint: { perByte: 1, constantBytes: 96 * MEGABYTE },
  dictionary: { perByte: 1, constantBytes: 96 * MEGABYTE },
  "user-dictionary": { perByte: 1, constantBytes: 128 * MEGABYTE },
  config: { perByte: 1, constantBytes: 128 * MEGABYTE },
  "label-map": { perByte: 1, constantBytes: 128 * MEGABYTE },
  report: { perByte: 1, constantBytes: 128 * MEGABYTE },
  articles: { perByte: 1, constantBytes: 320 * MEGABYTE },
  workbook: { perByte: 1, constantBytes: 384 * MEGABYTE },
};

export interface HostileFile {
  readonly name: string;
  readonly kind: LoadKind;
  /** Whether it is made for npm test, too: small and soon made. */
  readonly isQuick?: boolean;
  /** Code of the error that ends the load; "loaded" for a file that is right. */
  readonly outcome: string;
  /** Writes the file. */
  readonly write: (path: string) => Promise<void>;
}

const bytesOf = (make: () => Uint8Array | Promise<Uint8Array>) => async (file: string) => writeFile(file, await make());

/** Bytes of a safetensors file with any header and this many bytes of data. */
function container(header: string, nDataBytes = 0): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(nDataBytes)]);
}

const DIGITS = "0".repeat(64);

/** A header with one tensor, described by these JSON values. */
function oneTensor(dtype: string, shape: string, offsets: string): Uint8Array {
  const metadata = `"__metadata__":{"sha256":"${DIGITS}","newsclf":"{}"}`;
  return container(`{${metadata},"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`, 64);
}

/** Empty lists, 3 bytes each: the most objects for the fewest bytes. */
const emptyLists = (nBytes: number): string => `[${"[],".repeat(nBytes / 3)}[]]`;

/** Objects with a key of their own each: the most memory for each value. No more than are read. */
const keyedObjects = (nObjects: number): string =>
  `[${Array.from({ length: nObjects }, (_, i) => `{"k${i}":0}`).join(",")}]`;

/** User words as a model holds them, with nothing that is there twice. */
const wordRows = (nWords: number): string =>
  `[${Array.from({ length: nWords }, (_, i) => {
    const features = Array.from({ length: 7 }, (_, column) => `"${column}${i}"`);
    return `["${i}",1,1,1,"NNP",${features.join(",")}]`;
  }).join(",")}]`;

/** A container whose manifest, or metadata, or tensor, is this JSON. */
function jsonIn(place: "manifest" | "metadata" | "tensor", json: string): Uint8Array {
  const manifest = place === "manifest" ? JSON.stringify(json) : '"{}"';
  const metadata = `"sha256":"${DIGITS}","newsclf":${manifest}${place === "metadata" ? `,"a":${json}` : ""}`;
  return container(`{"__metadata__":{${metadata}}${place === "tensor" ? `,"a":${json}` : ""}}`);
}

/** A dictionary whose sections have these bytes, with a right header around them. */
function dictionaryOf(sectionBytes: (name: string) => number, padding = 0): Uint8Array {
  const stored = SECTION_NAMES.map((name) => deflateSync(Buffer.alloc(sectionBytes(name), "\n")));
  const counts = {
    words: 3e6,
    nodes: 4e6,
    categories: 18,
    classes: 65_535,
    leftIds: 65_535,
    rightIds: 65_535,
    left: 4000,
    right: 4000,
  };
  const header = (start: number): string => {
    let offset = start;
    const sections = SECTION_NAMES.map((name, i) => {
      const entry = { name, offset, storedBytes: (stored[i] as Buffer).length, sizeBytes: sectionBytes(name) };
      offset += entry.storedBytes;
      return entry;
    });
    return JSON.stringify({ id: "x", hash: "x", spaceType: 1, counts, sections, more: " ".repeat(padding) });
  };
  // The length of the offsets' digits depends on where the header ends: two rounds settle it.
  let start = PREFIX_BYTES + header(0).length;
  for (let i = 0; i < 3; i++) start = PREFIX_BYTES + header(start).length;
  const text = Buffer.from(header(start));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write("NCLFDIC1");
  prefix.writeUInt32LE(DICTIONARY_VERSION, 8);
  prefix.writeUInt32LE(text.length, 12);
  prefix.writeUInt32LE(adler32(text), 16);
  return Buffer.concat([prefix, text, ...stored]);
}

/** gzip of a text that is too large to be made at once. */
const gzipOf = (piece: string, times: number) => async (file: string) => {
  const head = "title,body,category\n";
  await pipeline(
    Readable.from(
      (function* () {
        yield head;
        for (let i = 0; i < times; i++) yield piece;
      })(),
      { objectMode: false },
    ),
    createGzip(),
    createWriteStream(file),
  );
};

/** A workbook, deflated, whose sheet is `piece` over and over between its first and last row. */
function workbookOf(piece: string, times: number): Uint8Array {
  const [before = "", after = ""] = sheetXml([["text"], ["가"]]).split(/(?=<row r="2")/);
  return deflateParts(workbookParts(`${before}${piece.repeat(times)}${after}`));
}

/** A zip archive of deflated files. */
function deflateParts(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let place = 0;
  for (const { name, content } of entries) {
    const packed = deflateRawSync(content, { level: 9 });
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), shared, Buffer.from(name), packed);
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02");
    shared.copy(entry, 6);
    entry.writeUInt32LE(place, 42);
    list.push(entry, Buffer.from(name));
    place += 30 + name.length + packed.length;
  }
  const listBytes = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listBytes.length, 12);
  end.writeUInt32LE(place, 16);
  return Buffer.concat([...parts, listBytes, end]);
}

/** A Parquet file of one column of text in gzip, whose page holds `nBytes`. */
function pageOf(nBytes: number, nRows: number): Uint8Array {
  const value = Buffer.alloc(nBytes / nRows, "가 ".repeat(64));
  const body = Buffer.concat(
    Array.from({ length: nRows }, () => Buffer.concat([Buffer.from(littleEndian(value.length)), value])),
  );
  const packed = [...gzipSync(body)];
  return makeParquet(
    [{ name: "text", codec: 2, bytes: dataPage(packed, { nValues: nRows, nBytes: body.length }) }],
    nRows,
  );
}

/** As many articles as fit into memory beside; each load counts its rows and keeps none. */
export function hostileFiles(): readonly HostileFile[] {
  const refused = "MODEL_FORMAT";
  const containers = (kind: "model" | "checkpoint"): readonly HostileFile[] => [
    ...(["tensor", "metadata", "manifest"] as const).flatMap((place): HostileFile[] => [
      {
        name: `3.9 MiB of lists as ${place}`,
        kind,
        isQuick: kind === "model" && place === "tensor",
        outcome: refused,
        write: bytesOf(() => jsonIn(place, emptyLists(3.9 * MEGABYTE))),
      },
      {
        name: `124,000 objects as ${place}`,
        kind,
        outcome: refused,
        write: bytesOf(() => jsonIn(place, keyedObjects(124_000))),
      },
      {
        name: `a text of 3.9 MiB as ${place}`,
        kind,
        outcome: refused,
        write: bytesOf(() => jsonIn(place, `["${"금".repeat(1.3 * MEGABYTE)}"]`)),
      },
    ]),
    {
      name: "a header of 60 MiB",
      kind,
      outcome: refused,
      write: bytesOf(() => jsonIn("tensor", emptyLists(60 * MEGABYTE))),
    },
    {
      name: "a header of 2^53 bytes",
      kind,
      outcome: refused,
      write: bytesOf(() => Buffer.from([0, 0, 0, 0, 0, 0, 0x20, 0, 0x7b, 0x7d])),
    },
    {
      name: "a tensor of 2^53 - 1 bytes",
      kind,
      outcome: refused,
      write: bytesOf(() => oneTensor("U8", "[9007199254740991]", "[0,9007199254740991]")),
    },
    {
      name: "a tensor of 2^27 × 2^27 numbers",
      kind,
      outcome: refused,
      write: bytesOf(() => oneTensor("F32", "[134217728,134217728]", "[0,64]")),
    },
    { name: "a tensor in F64", kind, outcome: refused, write: bytesOf(() => oneTensor("F64", "[8]", "[0,64]")) },
  ];
  return [
    ...containers("model"),
    ...containers("checkpoint"),
    {
      name: "300,000 terms and next to no weights",
      kind: "model",
      outcome: "loaded",
      write: bytesOf(() => {
        const terms = Array.from({ length: 300_000 }, (_, i) => (1e6 + i).toString(36)).sort();
        return encodeModel(smallParts({ labels: ["가", "나"], terms }));
      }),
    },
    ...(
      [
        ["30 MiB of lists", () => emptyLists(30 * MEGABYTE), refused],
        ["100,000 words", () => wordRows(100_000), "loaded"],
        ["1,000,000 words", () => wordRows(1_000_000), refused],
      ] as const
    ).map(
      ([name, json, outcome]): HostileFile => ({
        name: `${name} as user words`,
        kind: "model",
        outcome,
        write: bytesOf(() => {
          const parts = smallParts({ labels: ["가", "나"], terms: ["가"] });
          const data = new Uint8Array(Buffer.from(json()));
          const tensors = new Map([...tensorsOf(parts), ["userWords", { shape: [data.length], data }] as const]);
          return writeModelFile(formatManifest(parts.metadata), tensors);
        }),
      }),
    ),
    {
      name: "80,000 labels without weights",
      kind: "model",
      outcome: refused,
      write: bytesOf(() => {
        const parts = smallParts({ labels: ["가", "나"], terms: ["가"] });
        const labels = Array.from({ length: 80_000 }, (_, i) => `${i + 100_000}`);
        const metadata = { ...parts.metadata, labels, trainSupport: labels.map(() => 1), nDocuments: labels.length };
        return writeModelFile(formatManifest(metadata), tensorsOf(parts));
      }),
    },
    {
      name: "sections of 64 MiB each in 1 MB",
      kind: "dictionary",
      outcome: "DICTIONARY_FORMAT",
      write: bytesOf(() => dictionaryOf(() => 64 * MEGABYTE)),
    },
    {
      name: "sections of 3 MiB each, as many as are read",
      kind: "dictionary",
      outcome: "DICTIONARY_FORMAT",
      write: bytesOf(() => dictionaryOf(() => 3 * MEGABYTE)),
    },
    {
      name: "60 MiB of empty lines as tags",
      kind: "dictionary",
      isQuick: true,
      outcome: "DICTIONARY_FORMAT",
      write: bytesOf(() =>
        dictionaryOf((name) => (name === "tags" ? 60 * MEGABYTE : name === "characters" ? 4 * 65_536 : 16)),
      ),
    },
    {
      name: "a header of 40 MB",
      kind: "dictionary",
      outcome: "DICTIONARY_FORMAT",
      write: bytesOf(() => dictionaryOf(() => 16, 40e6)),
    },
    {
      name: "3,000,000 words",
      kind: "user-dictionary",
      outcome: "USER_DICTIONARY",
      write: async (file) => {
        const syllable = (i: number) => String.fromCharCode(0xac00 + (i % 11_172));
        await writeFile(
          file,
          Array.from({ length: 3_000_000 }, (_, i) => `${syllable(i)}${syllable(Math.floor(i / 11_172))}\n`).join(""),
        );
      },
    },
    {
      name: "one line of 64 MiB",
      kind: "user-dictionary",
      outcome: "DATASET_SYNTAX",
      write: bytesOf(() => Buffer.alloc(64 * MEGABYTE, "가")),
    },
    ...(
      [
        ["config", "CONFIG_INVALID"],
        ["label-map", "LABEL_MAP"],
        ["report", "REPORT_FORMAT"],
      ] as const
    ).flatMap(([kind, outcome]): HostileFile[] => [
      {
        name: "15 MiB of lists",
        kind,
        isQuick: kind === "report",
        outcome,
        write: bytesOf(() => Buffer.from(emptyLists(15 * MEGABYTE))),
      },
      {
        name: "124,000 objects with keys of their own",
        kind,
        outcome,
        write: bytesOf(() => Buffer.from(`{"labels":${keyedObjects(124_000)},"model":{"settings":{"seed":[]}}}`)),
      },
      {
        name: "124,000 keys",
        kind,
        outcome,
        write: bytesOf(() => Buffer.from(`{${Array.from({ length: 124_000 }, (_, i) => `"k${i}":[0]`).join(",")}}`)),
      },
      {
        name: "a text of 15 MiB",
        kind,
        outcome: kind === "label-map" ? "loaded" : outcome,
        write: bytesOf(() => Buffer.from(`["${"금".repeat(5 * MEGABYTE - 10)}"]`)),
      },
      { name: "40 MiB of lists", kind, outcome, write: bytesOf(() => Buffer.from(emptyLists(40 * MEGABYTE))) },
    ]),
    {
      name: "3,000,000 codes",
      kind: "label-map",
      outcome: "LABEL_MAP",
      write: bytesOf(() => Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => `${i},가\n`).join(""))),
    },
    { name: "bomb.csv.gz", kind: "articles", outcome: "DATASET_SYNTAX", write: gzipOf(" ".repeat(MEGABYTE), 1024) },
    {
      name: "rows.csv.gz",
      kind: "articles",
      isQuick: true,
      outcome: "loaded",
      write: gzipOf("금리,은행,경제\n".repeat(10_000), 20),
    },
    {
      name: "bomb.xlsx",
      kind: "workbook",
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => workbookOf(" ".repeat(MEGABYTE), 300)),
    },
    {
      name: "blank.xlsx",
      kind: "workbook",
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => workbookOf(" ".repeat(MEGABYTE), 60)),
    },
    {
      name: "tags.xlsx",
      kind: "workbook",
      outcome: "loaded",
      write: bytesOf(() => workbookOf("<x/>", 4.9e6)),
    },
    {
      name: "more-tags.xlsx",
      kind: "workbook",
      isQuick: true,
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => workbookOf("<x/>", 15 * MEGABYTE)),
    },
    {
      name: "cells.xlsx",
      kind: "workbook",
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => workbookOf('<row r="2"><c r="A2"><v>1</v></c></row>', 800_000)),
    },
    { name: "page.parquet", kind: "articles", outcome: "loaded", write: bytesOf(() => pageOf(120 * MEGABYTE, 30)) },
    {
      name: "large-page.parquet",
      kind: "articles",
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => pageOf(180 * MEGABYTE, 45)),
    },
    {
      name: "missing.parquet",
      kind: "articles",
      isQuick: true,
      outcome: "loaded",
      write: bytesOf(() => {
        const nRows = 1_000_000;
        const run = [...varint(2 * nRows), 0];
        const page = dataPage([...littleEndian(run.length), ...run], { nValues: nRows });
        return makeParquet([{ name: "text", isOptional: true, bytes: page }], nRows);
      }),
    },
    {
      name: "repeated.parquet",
      kind: "articles",
      isQuick: true,
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => {
        const nRows = 2_000;
        const indices = [8, ...varint(2 * nRows), 0];
        const bytes = [
          ...dictionaryPage(plain("가".repeat(300_000)), { nValues: 1 }),
          ...dataPage(indices, { nValues: nRows, encoding: 8 }),
        ];
        return makeParquet([{ name: "text", bytes }], nRows);
      }),
    },
    {
      name: "description.parquet",
      kind: "articles",
      outcome: "DATASET_FORMAT",
      write: bytesOf(() => {
        const columns = Array.from({ length: 150_000 }, (_, i) => ({ name: i === 0 ? "text" : "a", bytes: [] }));
        return makeParquet(columns, 1, [int(5, 1), text(6, "a")]);
      }),
    },
  ];
}

/** A right file of each kind: what a bare load takes, and what mutations begin with. */
export async function goodFiles(folder: string): Promise<Readonly<Record<LoadKind, string>>> {
  const place = (name: string) => path.join(folder, `good-${name}`);
  const files = {
    model: place("model.newsclf"),
    checkpoint: place("a.checkpoint"),
    dictionary: place("dictionary.bin"),
    "user-dictionary": place("words.csv"),
    config: place("config.json"),
    "label-map": place("label-map.json"),
    report: place("report.json"),
    articles: place("articles.parquet"),
    workbook: place("articles.xlsx"),
  };
  await writeFile(files.model, await encodeModel(smallParts({ labels: ["가", "나"], terms: ["가/NNG"] })));
  const training = trainMlp(smallRun(createReferenceMlp));
  training.next();
  const { value } = training.next("capture");
  if (!("kind" in value) || value.kind !== "state") throw new Error("Bug: training captured no state");
  await writeFile(files.checkpoint, await encodeCheckpoint(value.state, describeSmallRun(), []));
  await writeFile(
    files.dictionary,
    await encodeDictionary(smallSource([entry("가", CONTEXT.noun, 10, { tag: "NNG" })])),
  );
  await writeFile(files["user-dictionary"], "윤슬전자\n");
  await writeFile(files.config, '{"seed": 1}\n');
  await writeFile(files["label-map"], '{"0": "경제"}\n');
  const scores = { nDocuments: 1, accuracy: 1, macroF1: 1, weightedF1: 1, logLoss: null };
  await writeFile(files.report, JSON.stringify({ ...scores, split: null, labels: [] }));
  const page = dataPage(plain("가"), { nValues: 1 });
  await writeFile(files.articles, makeParquet([{ name: "text", bytes: page }], 1));
  await writeFile(files.workbook, makeWorkbook([["text"], ["가"]]));
  return files;
}
