import { readFileSync } from "node:fs";
import path from "node:path";
import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { REFERENCE_STORE } from "../../../src/kernels/reference-tables.js";
import type { ClassTables, TableShape, TableStore, ViterbiTables } from "../../../src/kernels/viterbi.js";
import { createWasmStore, createWasmViterbi, shareDictionary, tablesOf } from "../../../src/kernels/wasm-viterbi.js";
import { Dictionary } from "../../../src/morph/dictionary.js";
import { runKernel } from "../../../tools/compare-kernels.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const BUILDS = [
  ["release", readFileSync(path.join(ROOT, "assets/viterbi.wasm"))],
  ["debug", readFileSync(path.join(ROOT, "build/assembly/viterbi.debug.wasm"))],
] as const;

const SHAPE: TableShape = {
  nWords: 3,
  nCategories: 1,
  nNodes: 4,
  nLeft: 2,
  nRight: 35,
  spaceType: 1,
  endLeft: 0,
  beginRight: 0,
};
const CLASSES: ClassTables = {
  classLeft: Uint16Array.of(0, 1),
  classRight: Uint16Array.of(0, 34),
  classPenalty: Int16Array.of(0, 6000),
};

/** Numbers of children, then of words, of four kinds of nodes. */
const SHAPE_KINDS = Uint16Array.of(2, 1, 0, 0, 0, 1, 0, 2);

/** Elements of the strided tables one after another. */
function plain(tables: ViterbiTables) {
  const { nNodes, nWords, nCategories, nLeft, nRight, nodeStride, wordStride, columnOffsets, rowStride } = tables;
  const nodes = Array.from({ length: nNodes + 1 }, (_, node) => node * nodeStride);
  const words = Array.from({ length: nWords + nCategories }, (_, word) => word * wordStride);
  const connections = new Int16Array(nLeft * nRight);
  for (let row = 0; row < nLeft; row++) {
    for (let column = 0; column < nRight; column++) {
      connections[row * nRight + column] = tables.connections[row * rowStride + columnOffsets[column]!]!;
    }
  }
  return {
    labels: Uint16Array.from(tables.labels),
    characters: Uint32Array.from(tables.characters),
    firstChild: Uint32Array.from(nodes, (place) => tables.firstChild[place]!),
    firstWord: Uint32Array.from(nodes, (place) => tables.firstWord[place]!),
    wordClasses: Uint16Array.from(words, (place) => tables.wordClasses[place]!),
    wordCosts: Int16Array.from(words, (place) => tables.wordCosts[place]!),
    connections,
  };
}

function expectEqual(found: ViterbiTables, expected: ViterbiTables): void {
  const [a, b] = [plain(found), plain(expected)];
  for (const name of Object.keys(b) as (keyof typeof b)[]) {
    const bytes = [a[name], b[name]].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength));
    expect(bytes[0]!.equals(bytes[1]!), name).toBe(true);
  }
}

describe.each(BUILDS)("the store of the %s build", (_build, moduleBytes) => {
  let store: TableStore;

  beforeAll(() => {
    store = createWasmStore(moduleBytes);
  });

  it("fills the tables of the package's dictionary as the reference does", () => {
    const bytes = readFileSync(path.join(ROOT, "assets/mecab-ko-dic.bin"));
    const read = (memory: { store: TableStore }) => Dictionary.fromBytes(bytes, (part) => inflateSync(part), memory);
    expectEqual(read({ store }).tables, read({ store: REFERENCE_STORE }).tables);
  });

  it("sums counts and distances modulo 2^16 as the reference does", () => {
    const stores = [store, REFERENCE_STORE];
    const [found, expected] = stores.map((each) => {
      const tables = each.allocate(SHAPE, CLASSES);
      // Two children and no word, one child and one word, none and none, none and two.
      const counts = { codes: Uint8Array.of(0, 1, 2, 255), rare: Uint16Array.of(3), kinds: SHAPE_KINDS };
      expect(each.fillTrie(tables, counts)).toBe(-1);
      const words = {
        codes: Uint8Array.of(0, 255, 1, 255),
        rare: Uint16Array.of(1, 0),
        kinds: Uint16Array.of(0, 1, 30_000, 0x1_0000 - 5_536),
      };
      expect(each.fillWords(tables, words)).toBe(-1);
      const distances = Int8Array.from({ length: 70 }, (_, i) => Math.imul(i + 1, 37));
      // 37 (i + 1) is 128 modulo 256 for i + 1 = 128 at the earliest, so the rare ones are those put in.
      distances[9] = -128;
      distances[44] = -128;
      expect(each.fillConnections(tables, distances, Int16Array.of(32_767, -32_768))).toBe(true);
      return tables;
    });
    expectEqual(found!, expected!);
    expect(Array.from(plain(found!).firstChild)).toEqual([1, 3, 4, 4, 4]);
    expect(Array.from(plain(found!).firstWord)).toEqual([0, 0, 1, 1, 3]);
    expect(Array.from(plain(found!).wordClasses)).toEqual([0, 1, 1, 0]);
    expect(Array.from(plain(found!).wordCosts)).toEqual([30_000, -5_536, -5_536, 30_000]);
  });

  it("takes rare distances anywhere in a row, and a matrix of any width", () => {
    for (let nRight = 1; nRight <= 70; nRight++) {
      const shape = { ...SHAPE, nLeft: 3, nRight };
      const classes = { ...CLASSES, classRight: Uint16Array.of(0, 0) };
      const rare: number[] = [];
      const distances = Int8Array.from({ length: 3 * nRight }, (_, i) => {
        if (Math.imul(i + nRight, 2_654_435_761) >>> 28 > 1) return (i * 29) % 127;
        rare.push(i * 311 - 9_000);
        return -128;
      });
      const [found, expected] = [store, REFERENCE_STORE].map((each) => {
        const tables = each.allocate(shape, classes);
        expect(each.fillConnections(tables, distances, Int16Array.from(rare))).toBe(true);
        return tables;
      });
      expectEqual(found!, expected!);
    }
  });

  it("reports a node without a parent, a kind and a class that there are not, and too few rare ones", () => {
    for (const each of [store, REFERENCE_STORE]) {
      const tables = each.allocate(SHAPE, CLASSES);
      const none = new Uint16Array();
      const counts = { codes: Uint8Array.of(0, 1, 0, 1), rare: none, kinds: Uint16Array.of(1, 0, 0, 0) };
      expect(each.fillTrie(tables, counts)).toBe(2);
      expect(each.fillTrie(tables, { ...counts, codes: Uint8Array.of(0, 2, 0, 1) })).toBe(1);
      expect(each.fillTrie(tables, { ...counts, codes: Uint8Array.of(0, 255, 0, 1) })).toBe(1);
      const words = { codes: Uint8Array.of(0, 1, 2, 0), rare: none, kinds: Uint16Array.of(0, 1, 0, 0) };
      expect(each.fillWords(tables, words)).toBe(2);
      expect(each.fillWords(tables, { ...words, codes: Uint8Array.of(0, 1, 1, 255) })).toBe(3);
      expect(each.fillWords(tables, { ...words, kinds: Uint16Array.of(0, 2, 0, 0) })).toBe(0);
      expect(each.fillConnections(tables, new Int8Array(70).fill(-128), new Int16Array(69))).toBe(false);
    }
  });

  it("gives kernels that share its tables without a copy, here or in another thread", () => {
    const bytes = readFileSync(path.join(ROOT, "assets/mecab-ko-dic.bin"));
    const { tables } = Dictionary.fromBytes(bytes, (part) => inflateSync(part), { store });
    const shared = shareDictionary(moduleBytes, tables);
    const again = tablesOf(shared);
    expect(shareDictionary(moduleBytes, again).memory).toBe(shared.memory);
    const kernels = [createWasmViterbi(moduleBytes)(tables), createWasmViterbi(moduleBytes)(again)];
    for (const kernel of kernels) {
      expect(runKernel(kernel, "아버지가 방에 들어가신다")).toBe(6);
      // tests/unit/kernels/reference-viterbi.test.ts has the sum.
      expect(kernel.totals[5]).toBe(1402);
    }
  });

  it("takes tables of its own only", () => {
    const tables = REFERENCE_STORE.allocate(SHAPE, CLASSES);
    const counts = { codes: new Uint8Array(4), rare: new Uint16Array(), kinds: new Uint16Array(2) };
    expect(() => store.fillTrie(tables, counts)).toThrow(/^Bug: /);
  });
});
