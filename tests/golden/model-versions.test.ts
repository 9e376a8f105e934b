import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Classifier } from "../../src/classifier.js";
import { FORMAT_VERSION } from "../../src/model-file/manifest.js";
import { decodeModel, encodeModel } from "../../src/model-file/model-file.js";
import { wordTokenizer } from "../conformance/word-tokenizer.js";

const FOLDER = path.resolve(import.meta.dirname, "../fixtures/models");

interface Expected {
  readonly vocabulary: readonly string[];
  /** By text, then by label. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

describe.each(["version-1", "version-2", "version-3", "version-4"])("a model file of %s", (name) => {
  const bytes = new Uint8Array(readFileSync(path.join(FOLDER, `${name}.newsclf`)));
  const expected = JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8")) as Expected;
  const options = { tokenizer: wordTokenizer() };

  function expectScores(classifier: Classifier): void {
    for (const [text, scores] of Object.entries(expected.scores)) {
      const predictions = classifier.classify(text, { topK: classifier.labels.length });
      for (const { label, score } of predictions) expect(score, `${text}: ${label}`).toBeCloseTo(scores[label]!, 6);
    }
  }

  it("loads with the same terms and gives the same scores", async () => {
    const classifier = await Classifier.load(bytes, options);
    expect([...classifier.vocabulary]).toEqual(expected.vocabulary);
    expectScores(classifier);
  });

  it("gives them when written in the newest version, too", async () => {
    const rewritten = await encodeModel(await decodeModel(bytes));
    const classifier = await Classifier.load(rewritten, options);
    expect(classifier.metadata.formatVersion).toBe(FORMAT_VERSION);
    expectScores(classifier);
  });

  it("is refused after any change of its bytes in the tensors", async () => {
    const tensorsStart = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (let place = tensorsStart; place < bytes.length; place += 37) {
      const changed = bytes.slice();
      changed[place] = (changed[place] as number) ^ 1;
      await expect(decodeModel(changed)).rejects.toMatchObject({ code: "MODEL_CHECKSUM" });
    }
  });
});

describe.each(["version-2", "version-3"])("a model file of %s with several networks", (name) => {
  it("is refused, for its probabilities were averaged", async () => {
    const bytes = new Uint8Array(readFileSync(path.join(FOLDER, `${name}-several.newsclf`)));
    await expect(decodeModel(bytes)).rejects.toMatchObject({
      code: "MODEL_VERSION",
      message: expect.stringMatching(
        /expected one network in a file of version \d; found 3, .*; train the model again$/,
      ),
    });
  });
});
