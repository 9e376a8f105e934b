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
      expect(each.fillTrie(tables, Uint16Array.of(2, 1, 0, 0), Uint8Array.of(0, 1, 0, 2))).toBe(-1);
      const costs = Int32Array.of(30_000, -5);
      expect(each.fillWords(tables, Uint16Array.of(0, 1, 0, 1), Int16Array.of(30_000, 1, -1, -30_000), costs)).toBe(
        true,
      );
      const distances = Int16Array.from({ length: 70 }, (_, i) => Math.imul(i + 1, 12_345));
      const columns = Uint16Array.from({ length: 35 }, (_, i) => 34 - i);
      each.fillConnections(tables, distances, { rows: Uint16Array.of(1, 0), columns });
      return tables;
    });
    expectEqual(found!, expected!);
    // Two children of the root, then one of node 1; 30,000 + 30,000 - 65,536.
    expect(Array.from(plain(found!).firstChild)).toEqual([1, 3, 4, 4, 4]);
    expect(Array.from(plain(found!).firstWord)).toEqual([0, 0, 1, 1, 3]);
    expect(plain(found!).wordCosts[0]).toBe(-5_536);
  });

  it("reports a node without a parent and a class without costs", () => {
    for (const each of [store, REFERENCE_STORE]) {
      const tables = each.allocate(SHAPE, CLASSES);
      expect(each.fillTrie(tables, Uint16Array.of(1, 0, 1, 0), new Uint8Array(4))).toBe(2);
      const fits = each.fillWords(tables, Uint16Array.of(0, 1, 2, 0), new Int16Array(4), Int32Array.of(0, 0));
      expect(fits).toBe(false);
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
    expect(() => store.fillTrie(tables, new Uint16Array(4), new Uint8Array(4))).toThrow(/^Bug: /);
  });
});
