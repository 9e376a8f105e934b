import { beforeAll, describe, expect, it, vi } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { classify } from "../../src/classify.js";
import { FileError, ModelFormatError, OptionError } from "../../src/errors.js";
import { loadDefaultTokenizer } from "../../src/io/assets.js";
import { encodeModel } from "../../src/model-file/model-file.js";
import { packagedModel as absentModel, loadDefaultTokenizer as loadAbsentTokenizer } from "../../src/no-assets.js";
import { errorOf } from "./io/streams.js";
import { smallParts } from "./model-file/small-model.js";

const read = vi.hoisted(() => vi.fn<() => Promise<Uint8Array>>());

// The package's own model comes and goes with `newsclf train`; the dictionary stays the real one.
vi.mock("../../src/io/assets.js", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  packagedModel: { name: "models/news.newsclf", read },
}));

let bytes: Uint8Array;

beforeAll(async () => {
  const { id } = await loadDefaultTokenizer();
  const weights = { b4: Float32Array.of(0, 1) };
  bytes = await encodeModel(smallParts({ labels: ["경제", "정치"], terms: ["금리/NNG"], tokenizerId: id, weights }));
});

describe("classify", () => {
  it("takes a model's bytes, a source or a loaded classifier", async () => {
    const classifier = await Classifier.load(bytes);
    const expected = classifier.classify("금리가 올랐다", { topK: 2 });
    expect(expected.map(({ label }) => label)).toEqual(["정치", "경제"]);
    for (const model of [bytes, { read: async () => bytes }, classifier]) {
      expect(await classify("금리가 올랐다", { model, topK: 2 })).toEqual(expected);
    }
    expect(read).not.toHaveBeenCalled();
  });

  it("refuses topK 0 and what is not a model", async () => {
    expect(await errorOf(classify("금리", { model: bytes, topK: 0 }))).toBeInstanceOf(OptionError);
    expect(await errorOf(classify("금리", { model: new Uint8Array(9) }))).toBeInstanceOf(ModelFormatError);
  });

  it("reads the package's model with the first call that finds it, and only once", async () => {
    read.mockRejectedValueOnce(new FileError("FILE_NOT_FOUND", "models/news.newsclf", "there is no model yet"));
    expect(await errorOf(classify("금리"))).toMatchObject({ code: "FILE_NOT_FOUND", path: "models/news.newsclf" });
    read.mockResolvedValue(bytes);
    const [first, second] = await Promise.all([classify("금리"), classify("금리")]);
    expect(first[0].label).toBe("정치");
    expect(second).toEqual(first);
    await classify("금리");
    expect(read).toHaveBeenCalledTimes(2);
  });
});

describe("outside Node", () => {
  it("the dictionary and the package's model are asked for", async () => {
    expect(await errorOf(loadAbsentTokenizer())).toMatchObject({ code: "FILE_NOT_FOUND" });
    expect(await errorOf(absentModel.read())).toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});
