import { describe, expect, it } from "vitest";
import { termKindsOf } from "../../../src/features/term-kinds.js";
import { Vocabulary } from "../../../src/features/vocabulary.js";

describe("termKindsOf", () => {
  it("tells words, which have tags, from character n-grams", () => {
    const vocabulary = Vocabulary.fromTerms([" 경", "경제", "경제/NNG", "경제/NNG 성장/NNG", "제 "]);
    expect([...termKindsOf(vocabulary)]).toEqual([0, 0, 1, 1, 0]);
  });
});
