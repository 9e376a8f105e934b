import { readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDocumentTerms } from "../../../src/document-terms.js";
import { OptionError } from "../../../src/errors.js";
import { TermLog } from "../../../src/features/term-log.js";
import { AnalyzerPool } from "../../../src/io/analyzer-pool.js";
import { loadDefaultTokenizer } from "../../../src/io/assets.js";
import type { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { TokenLayout } from "../../../src/morph/token-layout.js";
import { resolveOptions } from "../../../src/options/resolve-options.js";
import { TERM_SPEC, type TermOptions } from "../../../src/options/train-options.js";

const TEXTS = readFileSync(new URL("../../../data/news.csv", import.meta.url), "utf8")
  .split("\n")
  .slice(0, 60);
const OPTIONS = resolveOptions<TermOptions>(TERM_SPEC, {}, "terms");

const pools: AnalyzerPool[] = [];
let tokenizer: MecabTokenizer;

beforeAll(async () => {
  tokenizer = await loadDefaultTokenizer();
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** A pool that starts its workers after `unitsBeforeWorkers` units. */
function create(nWorkers: number, unitsBeforeWorkers: number, own = tokenizer): AnalyzerPool {
  const pool = new AnalyzerPool(own, nWorkers, unitsBeforeWorkers);
  pools.push(pool);
  return pool;
}

async function* groups(texts = TEXTS, nTexts = 7): AsyncGenerator<readonly string[]> {
  for (let i = 0; i < texts.length; i += nTexts) yield texts.slice(i, i + nTexts);
}

/** Some texts again and again until a worker runs, and then all; `seen` takes what came. */
async function* untilWorkersRun(pool: AnalyzerPool, seen: string[]): AsyncGenerator<readonly string[]> {
  while (pool.nRunning === 0) {
    seen.push(...TEXTS.slice(0, 2));
    yield TEXTS.slice(0, 2);
  }
  seen.push(...TEXTS);
  yield* groups();
}

async function renderAll(pool: AnalyzerPool, texts = TEXTS): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of pool.render("mecab", groups(texts))) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** The terms of each document, as strings; their order in a document is not laid down. */
async function termsOfAll(pool: AnalyzerPool): Promise<string[][]> {
  const log = new TermLog();
  for await (const batch of pool.analyzer(OPTIONS).analyze(groups())) log.addBatch(batch);
  return TEXTS.map((_, i) => Array.from(log.numbersOf(i), (number) => log.term(number)).sort());
}

describe("AnalyzerPool", () => {
  it.each([
    ["no worker", 1, 0],
    ["one thread while two workers start", 2, 2_000],
    ["two workers", 2, 0],
    ["three workers", 3, 0],
  ])("renders the same bytes in the same order with %s", async (_, nWorkers, unitsBeforeWorkers) => {
    const layout = new TokenLayout(tokenizer, "mecab");
    const pool = create(nWorkers, unitsBeforeWorkers);
    expect(await renderAll(pool)).toBe(TEXTS.map((text) => layout.render(text)).join(""));
    if (unitsBeforeWorkers === 0) expect(pool.nRunning > 0).toBe(nWorkers > 1);
  });

  it("starts no worker for a short input", async () => {
    const pool = create(2, 500_000);
    await renderAll(pool);
    expect(pool.nRunning).toBe(0);
  });

  it("gives the terms of each document with any number of workers, and ends them", async () => {
    const termsOf = createDocumentTerms(tokenizer, OPTIONS);
    const expected = TEXTS.map((text) => [...termsOf(text)].sort());
    for (const [nWorkers, unitsBeforeWorkers] of [
      [1, 0],
      [2, 2_000],
      [3, 0],
    ] as const) {
      const pool = create(nWorkers, unitsBeforeWorkers);
      expect(await termsOfAll(pool)).toEqual(expected);
      expect(pool.nRunning).toBe(0);
    }
  });

  it("works itself while the workers start, and hands over to them", async () => {
    const layout = new TokenLayout(tokenizer, "mecab");
    const pool = create(2, 1);
    const seen: string[] = [];
    const parts: Uint8Array[] = [];
    for await (const part of pool.render("mecab", untilWorkersRun(pool, seen))) parts.push(part);
    expect(seen.length).toBeGreaterThan(TEXTS.length);
    expect(Buffer.concat(parts).toString("utf8")).toBe(seen.map((text) => layout.render(text)).join(""));
  });

  it("shares the analysis for training between one other thread and the calling one", async () => {
    const termsOf = createDocumentTerms(tokenizer, OPTIONS);
    const pool = create(2, 1);
    const seen: string[] = [];
    const log = new TermLog();
    const numberings = new Set<number>();
    for await (const batch of pool.analyzer(OPTIONS).analyze(untilWorkersRun(pool, seen))) {
      numberings.add(batch.numbering);
      log.addBatch(batch);
    }
    expect(numberings).toEqual(new Set([0, 1]));
    const terms = seen.map((_, i) => Array.from(log.numbersOf(i), (number) => log.term(number)).sort());
    expect(terms).toEqual(seen.map((text) => [...termsOf(text)].sort()));
  });

  it("numbers terms anew for each run", async () => {
    const pool = create(2, 0);
    expect(await termsOfAll(pool)).toEqual(await termsOfAll(pool));
  });

  it("knows user words in the workers", async () => {
    const features = { tag: "NNP", semantic: "*", final: "T", reading: "가나다라한", type: "*" } as const;
    const word = {
      surface: "가나다라한",
      leftId: 1786,
      rightId: 3546,
      cost: -5_000,
      features: { ...features, firstTag: "*", lastTag: "*", expression: "*" },
    };
    const pool = create(2, 0, await loadDefaultTokenizer([word]));
    expect(await renderAll(pool, ["가나다라한 가게"])).toContain("가나다라한\tNNP,*,T,가나다라한,*,*,*,*\n");
  });

  it("yields the lines of a group before the next group comes", async () => {
    async function* slow(): AsyncGenerator<readonly string[]> {
      yield ["안녕"];
      await new Promise(() => undefined);
    }
    const { value } = await create(2, 0).render("wakati", slow()).next();
    expect(Buffer.from(value as Uint8Array).toString("utf8")).toBe("안녕\n");
  });

  it("refuses a number of workers that is none", () => {
    expect(() => new AnalyzerPool(tokenizer, 0)).toThrow(OptionError);
  });
});
