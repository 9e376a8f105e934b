import { readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../../src/classifier.js";
import { OptionError } from "../../../src/errors.js";
import { ClassifierPool } from "../../../src/io/classifier-pool.js";
import { fromFile } from "../../../src/io/model-source.js";
import type { Article } from "../../../src/text/article.js";
import { trainTiny, useFolder } from "../../cli/harness.js";

const inFolder = useFolder();
const RECORDS: readonly ({ readonly article: Article; readonly line: number } | null)[] = readFileSync(
  new URL("../../../data/news.csv", import.meta.url),
  "utf8",
)
  .split("\n")
  .slice(0, 90)
  // Every tenth row could not be used.
  .map((text, line) =>
    line % 10 === 3 ? null : { article: { title: text.slice(0, 20), body: text.slice(20) }, line },
  );

let classifier: Classifier;
const pools: ClassifierPool[] = [];

beforeAll(async () => {
  expect((await trainTiny(inFolder(), "--validation-fraction", "0")).exitCode).toBe(0);
  classifier = await Classifier.load(fromFile(inFolder("tiny.newsclf")));
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function create(nWorkers: number, unitsBeforeWorkers: number, own = classifier): ClassifierPool {
  const pool = new ClassifierPool(own, nWorkers, unitsBeforeWorkers);
  pools.push(pool);
  return pool;
}

async function* records(): AsyncGenerator<(typeof RECORDS)[number]> {
  yield* RECORDS;
}

async function classifyAll(pool: ClassifierPool, topK: number): Promise<unknown[]> {
  const classified: unknown[] = [];
  for await (const result of pool.classify(records(), { topK })) classified.push(result);
  return classified;
}

describe("ClassifierPool", () => {
  it.each([
    ["no worker", 1, 0],
    ["one thread while two workers start", 2, 2_000],
    ["three workers", 3, 0],
  ])("gives each record what the classifier says, in order, with %s", async (_, nWorkers, unitsBeforeWorkers) => {
    const pool = create(nWorkers, unitsBeforeWorkers);
    for (const topK of [1, 2, 99]) {
      expect(await classifyAll(pool, topK)).toEqual(
        RECORDS.map((record) => ({
          record,
          predictions: record && classifier.classifyArticle(record.article, { topK }),
        })),
      );
    }
    if (unitsBeforeWorkers === 0) expect(pool.nRunning > 0).toBe(nWorkers > 1);
  });

  it("starts no worker for a short input", async () => {
    const pool = create(2, 10_000_000);
    await classifyAll(pool, 1);
    expect(pool.nRunning).toBe(0);
  });

  it("starts no worker for a tokenizer of the caller's own, which cannot be shared", async () => {
    const { id } = classifier.tokenizer;
    const tokenizer = { id, tokenize: classifier.tokenizer.tokenize.bind(classifier.tokenizer) };
    const pool = create(2, 0, await Classifier.load(fromFile(inFolder("tiny.newsclf")), { tokenizer }));
    await classifyAll(pool, 1);
    expect(pool.nRunning).toBe(0);
  });

  it.each([0, 1.5, Number.NaN])("refuses %f labels per article, in a worker too", async (topK) => {
    await expect(classifyAll(create(1, 0), topK)).rejects.toThrow(OptionError);
    await expect(classifyAll(create(2, 0), topK)).rejects.toThrow(/topK/);
  });

  it("refuses a number of workers that is none", () => {
    expect(() => new ClassifierPool(classifier, 0)).toThrow(OptionError);
  });
});
