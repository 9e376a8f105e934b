import { beforeAll, describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { ModelFormatError, OptionError } from "../../src/errors.js";
import { loadDefaultTokenizer } from "../../src/io/assets.js";
import { encodeModel } from "../../src/model-file/model-file.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";
import { errorOf } from "./io/streams.js";
import { smallParts, withMembers } from "./model-file/small-model.js";

const LABELS = ["경제", "스포츠", "정치"];
const TERMS = ["골/NNG", "국회/NNG", "금리/NNG"];

/** Single precision, and 1e-5 of batch norm's epsilon in each of three layers. */
const SCORE_TOLERANCE = 1e-4;

/** A model whose hidden units pass on the weight of "금리", and whose logits are [금리 weight · 3, 0, 0] + bias. */
async function economyModel(bias: readonly number[]): Promise<Uint8Array> {
  return encodeModel(
    smallParts({
      labels: LABELS,
      terms: TERMS,
      weights: {
        w1: Float32Array.of(0, 0, 1),
        w2: Float32Array.of(1),
        w3: Float32Array.of(1),
        w4: Float32Array.of(3, 0, 0),
        b4: Float32Array.from(bias),
      },
    }),
  );
}

let bytes: Uint8Array;
let classifier: Classifier;
let tied: Classifier;

beforeAll(async () => {
  bytes = await economyModel([0, 0.5, 0]);
  classifier = await Classifier.load(bytes, { tokenizer: wordTokenizer() });
  tied = await Classifier.load(await economyModel([0, 0, 1]), { tokenizer: wordTokenizer() });
});

describe("Classifier.classify", () => {
  it("gives the softmax of the logits, best first", () => {
    // One term, so its weight is 1. Logits [3, 0.5, 0]: e^3 = 20.086, e^0.5 = 1.6487, e^0 = 1, sum 22.734.
    const predictions = classifier.classify("금리", { topK: 3 });
    expect(predictions.map(({ label }) => label)).toEqual(["경제", "스포츠", "정치"]);
    for (const [place, expected] of [20.086 / 22.734, 1.6487 / 22.734, 1 / 22.734].entries()) {
      expect(Math.abs((predictions[place]?.score as number) - expected)).toBeLessThan(SCORE_TOLERANCE);
    }
  });

  it("weighs terms by tf-idf with norm 1", () => {
    // Equal document frequencies, so equal idf: two terms weigh 1 / √2 each. Logit 3 / √2 = 2.1213, e^2.1213 = 8.342.
    const [best] = classifier.classify("금리 국회");
    expect(best.label).toBe("경제");
    expect(Math.abs(best.score - 8.342 / (8.342 + 1.6487 + 1))).toBeLessThan(SCORE_TOLERANCE);
  });

  it("keeps the order of the model's labels among equal scores", () => {
    // Logits [0, 0, 1].
    expect(tied.classify("", { topK: 3 }).map(({ label }) => label)).toEqual(["정치", "경제", "스포츠"]);
  });

  it("gives one label unless told otherwise, and all of them when asked for more", () => {
    expect(classifier.classify("금리")).toHaveLength(1);
    expect(classifier.classify("금리", { topK: 2 })).toHaveLength(2);
    expect(classifier.classify("금리", { topK: 99 })).toHaveLength(3);
    expect(classifier.classify("금리", { topK: 2 })).toEqual(classifier.classify("금리", { topK: 3 }).slice(0, 2));
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as unknown as number])("refuses topK %s", (topK) => {
    expect(() => classifier.classify("금리", { topK })).toThrow(OptionError);
    expect(() => classifier.classify("금리", { topK })).toThrow(/^topK must be an integer ≥ 1 \(labels\); got /);
    expect(() => classifier.classifyBatch(["금리"], { topK })).toThrow(OptionError);
  });

  it("answers to an empty text, white space and unknown terms what the network says of no terms", () => {
    // Logits [0, 0.5, 0]: e^0.5 / (e^0.5 + 2) = 1.6487 / 3.6487.
    const [none] = classifier.classify("");
    expect(none.label).toBe("스포츠");
    expect(Math.abs(none.score - 1.6487 / 3.6487)).toBeLessThan(SCORE_TOLERANCE);
    for (const text of [" \n\t ", "모르는 낱말", "\u0000", "\ud800"]) {
      expect(classifier.classify(text, { topK: 3 })).toEqual(classifier.classify("", { topK: 3 }));
    }
  });

  it("takes a text of a megabyte", () => {
    const text = "금리 ".repeat(150_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000);
    // However often it occurs, a lone term weighs 1.
    expect(classifier.classify(text, { topK: 3 })).toEqual(classifier.classify("금리", { topK: 3 }));
  });

  it("gives scores in [0, 1] that add up to 1", () => {
    for (const text of ["", "금리", "금리 골 골 국회", "골"]) {
      const scores = classifier.classify(text, { topK: 3 }).map(({ score }) => score);
      for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
      expect(Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1)).toBeLessThan(1e-6);
    }
  });

  it("does not depend on the calls before it", () => {
    const before = classifier.classify("골 금리", { topK: 3 });
    classifier.classify("국회 국회 금리 금리 금리");
    classifier.classify("");
    expect(classifier.classify("골 금리", { topK: 3 })).toEqual(before);
  });

  it("cleans the text as training does", () => {
    expect(classifier.classify("<b>금리</b>&nbsp;골")).toEqual(classifier.classify("금리 골"));
  });
});

describe("Classifier.classify with an ensemble or a calibration", () => {
  const ECONOMY = {
    w1: Float32Array.of(0, 0, 1),
    w2: Float32Array.of(1),
    w3: Float32Array.of(1),
    w4: Float32Array.of(3, 0, 0),
    b4: Float32Array.of(0, 0.5, 0),
  };

  it("gives the softmax of the mean of the members' logits", async () => {
    const one = smallParts({ labels: LABELS, terms: TERMS, weights: ECONOMY });
    // The second member's logits are [0, 0, 1] whatever the text; the third is the first again.
    const parts = withMembers(one, { w4: Float32Array.of(0, 0, 0), b4: Float32Array.of(0, 0, 1) }, {});
    const loaded = await Classifier.load(await encodeModel(parts), { tokenizer: wordTokenizer() });
    const scores = new Map(loaded.classify("금리", { topK: 3 }).map(({ label, score }) => [label, score]));
    // Thirds of 2 · [3, 0.5, 0] + [0, 0, 1] are 2, 1/3, 1/3: 7.3891, 1.3956, 1.3956; sum 10.1803.
    for (const [c, power] of [7.3891, 1.3956, 1.3956].entries()) {
      expect(Math.abs((scores.get(LABELS[c] as string) as number) - power / 10.1803)).toBeLessThan(SCORE_TOLERANCE);
    }
  });

  it("gives for a calibrated network the softmax of logits / temperature + bias, and a share at twice the temperature", async () => {
    const calibration = { temperature: 2, flattenedShare: 0.25, labelBias: [0, 1, 0] };
    const parts = smallParts({ labels: LABELS, terms: TERMS, weights: ECONOMY, calibration });
    const loaded = await Classifier.load(await encodeModel(parts), { tokenizer: wordTokenizer() });
    // Logits [3, 0.5, 0] become [1.5, 1.25, 0]: 4.4817, 3.4903, 1; sum 8.9720; roots 2.1170, 1.8682, 1; sum 4.9852.
    const [best, second] = loaded.classify("금리", { topK: 2 });
    expect([best?.label, second?.label]).toEqual(["경제", "스포츠"]);
    expect(Math.abs((best?.score as number) - ((0.75 * 4.4817) / 8.972 + (0.25 * 2.117) / 4.9852))).toBeLessThan(
      SCORE_TOLERANCE,
    );
    expect(Math.abs((second?.score as number) - ((0.75 * 3.4903) / 8.972 + (0.25 * 1.8682) / 4.9852))).toBeLessThan(
      SCORE_TOLERANCE,
    );
  });
});

describe("Classifier.classifyBatch and classifyArticle", () => {
  it("give for many texts what classify gives for each", () => {
    const texts = ["금리", "", "골 국회", "금리"];
    const options = { topK: 2 };
    expect(classifier.classifyBatch(texts, options)).toEqual(texts.map((text) => classifier.classify(text, options)));
    expect(classifier.classifyBatch([])).toEqual([]);
  });

  it("join title and body as training does", () => {
    expect(classifier.classifyArticle({ title: "금리", body: "골" })).toEqual(classifier.classify("금리 골"));
    expect(classifier.classifyArticle({ title: "", body: "금리" })).toEqual(classifier.classify("금리"));
  });
});

describe("Classifier, given by callers without types what is no text", () => {
  const notText = [5, undefined, null, ["금리"], { title: "금리" }] as unknown as string[];
  const article = (title: unknown, body: unknown) => ({ title, body }) as { title: string; body: string };

  it.each(notText.map((value) => [value]))("refuses %j by name, and answers the next call as ever", async (value) => {
    // With the package's own analyzer, whose kernels are the ones that would break.
    const { id } = await loadDefaultTokenizer();
    const trained = await Classifier.load(
      await encodeModel(smallParts({ labels: LABELS, terms: TERMS, tokenizerId: id })),
    );
    const before = trained.classify("금리", { topK: 2 });
    const calls: readonly (readonly [string, () => unknown])[] = [
      ["text", () => trained.classify(value)],
      ["text", () => trained.explain(value)],
      ["texts[1]", () => trained.classifyBatch(["금리", value])],
      ["article.title", () => trained.classifyArticle(article(value, ""))],
      ["article.body", () => trained.explainArticle(article("금리", value))],
      ["articles[0].body", () => trained.vectorize([article("금리", value)])],
    ];
    for (const [option, call] of calls) {
      const error = await errorOf(Promise.resolve().then(call));
      expect(error).toBeInstanceOf(OptionError);
      expect((error as OptionError).option).toBe(option);
    }
    expect(trained.classify("금리", { topK: 2 })).toEqual(before);
  });

  it("refuses what is no article, and what is no array of texts", () => {
    expect(() => classifier.classifyArticle(undefined as never)).toThrow(
      /^article must be an article, .*; got undefined$/,
    );
    expect(() => classifier.classifyBatch("금리" as never)).toThrow(/^texts must be an array of strings; got "금리"$/);
  });
});

describe("Classifier.vectorize", () => {
  it("gives the tf-idf matrix that the network sees", () => {
    const matrix = classifier.vectorize([
      { title: "금리 골", body: "" },
      { title: "", body: "모름" },
      { title: "국회", body: "국회" },
    ]);
    // Columns: 골 0, 국회 1, 금리 2.
    expect([...matrix.indptr]).toEqual([0, 2, 2, 3]);
    expect([...matrix.indices]).toEqual([0, 2, 1]);
    expect(matrix.nColumns).toBe(3);
    for (const [place, expected] of [Math.SQRT1_2, Math.SQRT1_2, 1].entries()) {
      expect(Math.abs((matrix.data[place] as number) - expected)).toBeLessThan(1e-6);
    }
  });
});

describe("Classifier.load", () => {
  it("takes bytes and sources alike", async () => {
    const fromSource = await Classifier.load({ read: async () => bytes }, { tokenizer: wordTokenizer() });
    expect(fromSource.labels).toEqual(LABELS);
    expect([...fromSource.vocabulary]).toEqual(TERMS);
    expect(fromSource.metadata).toEqual(classifier.metadata);
  });

  it("gives from toBytes the same model again", async () => {
    const copy = await Classifier.load(classifier.toBytes(), { tokenizer: wordTokenizer() });
    for (const text of ["", "금리", "골 금리 금리"]) {
      expect(copy.classify(text, { topK: 3 })).toEqual(classifier.classify(text, { topK: 3 }));
    }
    expect(copy.toBytes()).toEqual(classifier.toBytes());
  });

  it("gives copies of its bytes, so that changing them changes nothing", () => {
    const before = classifier.classify("금리");
    classifier.toBytes().fill(0);
    expect(classifier.classify("금리")).toEqual(before);
    expect(classifier.toBytes()).toEqual(new Uint8Array(bytes));
  });

  it("gives copies of its bytes when it was given a Buffer, too", async () => {
    const loaded = await Classifier.load(Buffer.from(bytes), { tokenizer: wordTokenizer() });
    loaded.toBytes().fill(0);
    expect(loaded.toBytes()).toEqual(new Uint8Array(bytes));
  });

  it("refuses a model that was trained with another tokenizer", async () => {
    const source = { name: "models/old.newsclf", read: async () => bytes };
    const error = await errorOf(Classifier.load(source, { tokenizer: wordTokenizer("words-2") }));
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error).toMatchObject({ code: "MODEL_DICTIONARY", source: "models/old.newsclf" });
    expect((error as Error).message).toContain("expected tokenizer words-2; found a model trained with words-1");
    expect((error as Error).message).toContain("use the newsclf version it was trained with, or train again");
  });

  it.each(["models/a.newsclf", new ArrayBuffer(8), undefined])("says what it takes when given %s", async (source) => {
    const error = await errorOf(Classifier.load(source as never));
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toContain("source must be a Uint8Array or a ModelSource, such as fromFile(path)");
  });

  it("names the source of damaged bytes", async () => {
    const damaged = bytes.slice();
    damaged[damaged.length - 1] = 0;
    const source = { name: "models/a.newsclf", read: async () => damaged };
    const error = await errorOf(Classifier.load(source, { tokenizer: wordTokenizer() }));
    expect(error).toMatchObject({ code: "MODEL_CHECKSUM", source: "models/a.newsclf" });
    expect((error as Error).message).toMatch(/^models\/a\.newsclf: byte /);
  });

  it("passes on what the source throws", async () => {
    const broken = new Error("no network");
    expect(await errorOf(Classifier.load({ read: () => Promise.reject(broken) }))).toBe(broken);
  });

  it("keeps labels and terms that objects inherit", async () => {
    const labels = ["__proto__", "constructor", "toString"];
    const parts = smallParts({
      labels,
      terms: ["__proto__/NNG", "constructor/NNG"],
      weights: {
        w1: Float32Array.of(1, 0),
        w2: Float32Array.of(1),
        w3: Float32Array.of(1),
        w4: Float32Array.of(0, 2, 0),
      },
    });
    const loaded = await Classifier.load(await encodeModel(parts), { tokenizer: wordTokenizer() });
    expect(loaded.classify("__proto__")[0].label).toBe("constructor");
    // No logit but 0: the first label.
    expect(loaded.classify("valueOf")[0].label).toBe("__proto__");
  });
});
