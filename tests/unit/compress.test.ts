import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { compress } from "../../src/compress.js";
import { NewsclfError, OptionError } from "../../src/errors.js";
import { encodeModel } from "../../src/model-file/model-file.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";
import { errorOf } from "./io/streams.js";
import { smallParts } from "./model-file/small-model.js";

const options = { tokenizer: wordTokenizer() };
const TERMS = ["골/NNG", "국회/NNG", "금리/NNG"];
const ARTICLES = [
  { title: "금리", body: "", label: "경제" },
  { title: "금리 골", body: "", label: "경제" },
  { title: "국회", body: "", label: "정치" },
  { title: "골 국회", body: "", label: "정치" },
];

let classifier: Classifier;

beforeAll(async () => {
  // 금리 moves the hidden unit by 1, 국회 by -1, 골 by a thousandth; a unit above 0 says 경제, and 0 says 정치.
  const parts = smallParts({
    labels: ["경제", "정치"],
    terms: TERMS,
    weights: {
      w1: Float32Array.of(0.001, -1, 1),
      w2: Float32Array.of(1),
      w3: Float32Array.of(1),
      w4: Float32Array.of(4, 0),
      b4: Float32Array.of(-1, 0),
    },
  });
  classifier = await Classifier.load(await encodeModel(parts), options);
});

const labelsOf = (model: Classifier) => ARTICLES.map((article) => model.classifyArticle(article)[0].label);

describe("compress", () => {
  it.each(["float16", "int8"] as const)(
    "keeps what a model says with %s weights, which survive a file",
    async (quantize) => {
      const { classifier: smaller, before, after } = await compress(classifier, ARTICLES, { quantize, ...options });
      expect(labelsOf(smaller)).toEqual(["경제", "경제", "정치", "정치"]);
      expect(before).toMatchObject({ nTerms: 3, accuracy: 1, macroF1: 1, sizeBytes: classifier.toBytes().length });
      expect(after).toMatchObject({ nTerms: 3, accuracy: 1, macroF1: 1, sizeBytes: smaller.toBytes().length });
      const loaded = await Classifier.load(smaller.toBytes(), options);
      expect(loaded.classify("금리 골", { topK: 2 })).toEqual(smaller.classify("금리 골", { topK: 2 }));
      for (const [place, { score }] of classifier.classify("금리 골", { topK: 2 }).entries()) {
        // Half a percent: int8 has 127 steps.
        expect(Math.abs((smaller.classify("금리 골", { topK: 2 })[place]?.score as number) - score)).toBeLessThan(
          0.005,
        );
      }
    },
  );

  it("makes a packed model smaller again, and undoes nothing with none", async () => {
    const packed = await compress(classifier, ARTICLES, { quantize: "float16", ...options });
    const again = await compress(packed.classifier, ARTICLES, { quantize: "int8", ...options });
    expect(labelsOf(again.classifier)).toEqual(labelsOf(classifier));
    const same = await compress(packed.classifier, ARTICLES, { quantize: "none", ...options });
    expect(same.classifier.toBytes()).toEqual(packed.classifier.toBytes());
  });

  it("drops the terms that move the network least", async () => {
    // ⌊0.4 · 3⌋ = 1 term.
    const { classifier: smaller, after } = await compress(classifier, ARTICLES, {
      quantize: "none",
      prune: 0.4,
      ...options,
    });
    expect([...smaller.vocabulary]).toEqual(["국회/NNG", "금리/NNG"]);
    expect(after.nTerms).toBe(2);
    expect(labelsOf(smaller)).toEqual(labelsOf(classifier));
  });

  it("refuses a loss above maxLoss with the numbers", async () => {
    // Only 금리 or 국회 is left. With 국회 alone: unit 0 for all, 정치 for all: F1 2/3 and 0, mean 1/3. With 금리 alone, of equal
    // influence but later: never, for of equals the first stays.
    const error = await errorOf(compress(classifier, ARTICLES, { prune: 0.7, ...options }));
    expect(error).toBeInstanceOf(NewsclfError);
    expect(error).toMatchObject({ code: "COMPRESSION_LOSS" });
    expect((error as Error).message).toMatch(
      /^macro-F1 must not fall by more than maxLoss 0\.002; it fell by 0\.6667: macro-F1 1\.0000 with \d+ bytes before, macro-F1 0\.3333 /,
    );
    const allowed = await compress(classifier, ARTICLES, { prune: 0.7, maxLoss: 0.7, ...options });
    expect(allowed.after.macroF1).toBeCloseTo(1 / 3, 10);
  });

  it("refuses options out of range", async () => {
    expect(await errorOf(compress(classifier, ARTICLES, { prune: 1, ...options }))).toBeInstanceOf(OptionError);
  });
});
