import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { KernelError } from "../../../src/errors.js";
import { ReferenceViterbi } from "../../../src/kernels/reference-viterbi.js";
import { CHARACTER, CODE_UNITS, MAX_SENTENCE_UNITS, type ViterbiTables } from "../../../src/kernels/viterbi.js";
import { createWasmViterbi, shareDictionary, WasmViterbi } from "../../../src/kernels/wasm-viterbi.js";
import { findDifference, runKernel } from "../../../tools/compare-kernels.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const RELEASE = readFileSync(path.join(ROOT, "assets/viterbi.wasm"));
const BUILDS = [
  ["release", RELEASE],
  ["debug", readFileSync(path.join(ROOT, "build/assembly/viterbi.debug.wasm"))],
] as const;

const SPACE_TYPE = 1;
const LETTER_TYPE = 2;

interface Word {
  readonly surface: string;
  readonly cost: number;
  /** Class; class k has row k % nLeft and column k % nRight. */
  readonly wordClass: number;
}

interface Shape {
  readonly nLeft: number;
  readonly nRight: number;
  readonly penalty: number;
  readonly connection: (row: number, column: number) => number;
}

/** Tables over words in any order; category 0 is white space, category 1 all else (invoke, group, two-unit prefixes). */
function makeTables(words: readonly Word[], shape: Shape): ViterbiTables {
  const { nLeft, nRight, penalty, connection } = shape;
  const sorted = [...words].sort((a, b) => (a.surface < b.surface ? -1 : a.surface > b.surface ? 1 : 0));
  const labels = [0];
  const firstChild: number[] = [];
  const firstWord: number[] = [];
  const ids: Word[] = [];
  const queue = [{ low: 0, high: sorted.length, depth: 0 }];
  for (const { high, depth, ...range } of queue) {
    let { low } = range;
    firstChild.push(queue.length);
    firstWord.push(ids.length);
    for (; low < high && sorted[low]!.surface.length === depth; low++) ids.push(sorted[low]!);
    while (low < high) {
      const unit = sorted[low]!.surface.charCodeAt(depth);
      const start = low;
      while (low < high && sorted[low]!.surface.charCodeAt(depth) === unit) low++;
      labels.push(unit);
      queue.push({ low: start, high: low, depth: depth + 1 });
    }
  }
  firstChild.push(queue.length);
  firstWord.push(ids.length);

  const letterBits = LETTER_TYPE | (1 << CHARACTER.categoryShift) | (2 << CHARACTER.lengthShift);
  const characters = new Uint32Array(CODE_UNITS).fill(letterBits | CHARACTER.groupBit | CHARACTER.invokeBit);
  characters[0x20] = SPACE_TYPE | CHARACTER.groupBit;
  const nClasses = nLeft * nRight;
  return {
    nWords: ids.length,
    nCategories: 2,
    nNodes: labels.length,
    nLeft,
    nRight,
    characters,
    spaceType: SPACE_TYPE,
    labels: Uint16Array.from(labels),
    nodeStride: 1,
    firstChild: Uint32Array.from(firstChild),
    firstWord: Uint32Array.from(firstWord),
    wordStride: 1,
    wordClasses: Uint16Array.from([...ids.map((word) => word.wordClass), 0, nClasses - 1]),
    wordCosts: Int16Array.from([...ids.map((word) => word.cost), 0, 100]),
    classLeft: Uint16Array.from({ length: nClasses }, (_, i) => i % nLeft),
    classRight: Uint16Array.from({ length: nClasses }, (_, i) => i % nRight),
    classPenalty: new Int16Array(nClasses).fill(penalty),
    connections: Int16Array.from({ length: nLeft * nRight }, (_, i) => connection(Math.floor(i / nRight), i % nRight)),
    columnOffsets: Uint32Array.from({ length: nRight }, (_, i) => i),
    rowStride: nRight,
    endLeft: 0,
    beginRight: nRight - 1,
  };
}

/** Numbers from 0 to n - 1, the same on every run: the low-discrepancy steps of a linear congruence. */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A dictionary and texts over a small alphabet with white space and a surrogate pair. */
function randomCase(seed: number, maxLeft = 9) {
  const below = numbers(seed);
  const nLetters = [2, 5, 40, 90][below(4)]!;
  const alphabet = [
    " ",
    "\ud83d",
    "\ude00",
    ...Array.from({ length: nLetters }, (_, i) => String.fromCharCode(0xac00 + i)),
  ];
  const string = (maximum: number) =>
    Array.from({ length: 1 + below(maximum) }, () => alphabet[below(alphabet.length)]).join("");
  // Equal costs make ties, the extremes of int16 the longest keys.
  const costs = [[0], [0, 1], [-32_768, 32_767], [-32_768, -5, 0, 7, 32_767]][below(4)]!;
  const cost = () => costs[below(costs.length)]!;
  const shape = {
    nLeft: 1 + below(maxLeft),
    nRight: 1 + below(70),
    penalty: cost(),
    connection: cost,
  };
  // Few first letters have many second ones, which the kernel looks up in another way.
  const nFirst = below(2) === 0 ? 4 : alphabet.length;
  const words = Array.from({ length: 1 + below(400) }, () => ({
    surface: (alphabet[below(nFirst)]! + string(3)).trimStart() || "가",
    cost: cost(),
    wordClass: below(shape.nLeft * shape.nRight),
  }));
  return { tables: makeTables(words, shape), texts: Array.from({ length: 20 }, () => string(60)) };
}

describe.each(BUILDS)("WasmViterbi, %s build", (_name, bytes) => {
  it("agrees with the reference on 150 random dictionaries with ties and extreme costs", () => {
    const createKernel = createWasmViterbi(bytes);
    for (let seed = 1; seed <= 150; seed++) {
      const { tables, texts } = randomCase(seed);
      const [reference, wasm] = [new ReferenceViterbi(tables), createKernel(tables)];
      for (const text of texts) expect(findDifference(reference, wasm, text), `seed ${seed}: ${text}`).toBeNull();
    }
  });

  it("finds the second letters of a first one that has 200 of them, and no others", () => {
    const letter = (i: number) => String.fromCharCode(0xac00 + 3 * i);
    const words = Array.from({ length: 200 }, (_, i) => ({
      surface: `가${letter(i)}`,
      cost: -1_000 - i,
      wordClass: 0,
    }));
    const tables = makeTables(words, { nLeft: 1, nRight: 1, penalty: 0, connection: () => 0 });
    const wasm = createWasmViterbi(bytes)(tables);
    // Words are in the order of their letters, so word i has id i; two thirds of the syllables are no such letter.
    const ids = Array.from({ length: 600 }, (_, i) => {
      runKernel(wasm, `가${String.fromCharCode(0xac00 + i)}`);
      return wasm.wordIds[0]!;
    });
    const unknown = words.length + 1;
    expect(ids).toEqual(Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? i / 3 : unknown)));
  });

  it("agrees with the reference before and after each growth of its memory", () => {
    const createKernel = createWasmViterbi(bytes);
    for (let seed = 1; seed <= 30; seed++) {
      const { tables, texts } = randomCase(seed, 300);
      const [reference, wasm] = [new ReferenceViterbi(tables), createKernel(tables)];
      const text = texts.join("");
      for (const nUnits of [200, 260, 280, 290, 300]) {
        const longer = text.repeat(Math.ceil((2 * nUnits) / text.length)).slice(0, 2 * nUnits);
        for (const piece of [text.slice(0, nUnits), longer]) {
          expect(findDifference(reference, wasm, piece), `seed ${seed}: ${piece}`).toBeNull();
        }
      }
    }
  });

  it("plans more memory when a text makes more nodes than planned", () => {
    // 60 words per unit against the 16 that are planned; 60 left neighbours at each position.
    const words = Array.from({ length: 60 }, (_, i) => ({ surface: "가", cost: i % 7, wordClass: i % 4 }));
    const tables = makeTables(words, { nLeft: 2, nRight: 2, penalty: 5, connection: (row, column) => row - column });
    const [reference, wasm] = [new ReferenceViterbi(tables), createWasmViterbi(bytes)(tables)];
    for (const text of ["가", "가".repeat(256), "가 ".repeat(128), "가".repeat(3_000)]) {
      expect(findDifference(reference, wasm, text)).toBeNull();
    }
  });

  it("keeps totals of the longest path of the dearest words inside 32 bits", () => {
    // 32,767 words at 32,767 + 32,767 each: 32,767 * 65,534 = 2,147,352,578 < 2^31.
    const words = [{ surface: "가", cost: 32_767, wordClass: 0 }];
    const shape = { nLeft: 1, nRight: 1, penalty: 0, connection: () => 32_767 };
    // Without invoke and group the dictionary's word is the only one.
    const tables = makeTables(words, shape);
    tables.characters[0xac00] = LETTER_TYPE;
    const wasm = createWasmViterbi(bytes)(tables);
    expect(runKernel(wasm, "가".repeat(MAX_SENTENCE_UNITS))).toBe(MAX_SENTENCE_UNITS);
    expect(wasm.totals[MAX_SENTENCE_UNITS - 1]).toBe(2_147_352_578);
  });

  it("lets several kernels share one dictionary, each with work memory of its own", () => {
    const { tables } = randomCase(12);
    const shared = shareDictionary(bytes, tables);
    const reference = new ReferenceViterbi(tables);
    const kernels = [new WasmViterbi(shared), new WasmViterbi(shared), new WasmViterbi(shared)];
    // Growth in turns: no kernel's memory stays in one piece.
    for (const nUnits of [10, 300, 900, 2_000, 5_000]) {
      const texts = kernels.map((_, i) => "가각 각갂가".repeat(Math.ceil(nUnits / 6) + i));
      for (const [i, kernel] of kernels.entries()) expect(findDifference(reference, kernel, texts[i]!)).toBeNull();
    }
    const before = kernels.map((kernel) => runKernel(kernel, "가각 각갂가"));
    expect(before).toEqual([before[0], before[0], before[0]]);
  });

  it("takes no more memory for a second text of the same length", () => {
    const { tables } = randomCase(5);
    const shared = shareDictionary(bytes, tables);
    const kernel = new WasmViterbi(shared);
    const sizeBytes = () => (shared.memory as { buffer: SharedArrayBuffer }).buffer.byteLength;
    runKernel(kernel, "가각 ".repeat(2_000));
    const before = sizeBytes();
    for (let i = 0; i < 20; i++) runKernel(kernel, "각가 ".repeat(2_000));
    expect(sizeBytes()).toBe(before);
  });

  it("refuses more units than the border allows", () => {
    const kernel = createWasmViterbi(bytes)(randomCase(1).tables);
    expect(() => kernel.input(MAX_SENTENCE_UNITS + 1)).toThrow(
      new RangeError(`nUnits must be at most ${MAX_SENTENCE_UNITS}; got ${MAX_SENTENCE_UNITS + 1}`),
    );
  });

  it("reports a run without room as a bug", () => {
    expect(() => createWasmViterbi(bytes)(randomCase(1).tables).run(MAX_SENTENCE_UNITS)).toThrow(/^Bug: /);
  });
});

describe("createWasmViterbi", () => {
  it("says what the runtime lacks when the module cannot be compiled", () => {
    const failure = () => createWasmViterbi(RELEASE.subarray(0, 100));
    expect(failure).toThrow(KernelError);
    expect(failure).toThrow(/needs SIMD and shared memory/);
  });
});
