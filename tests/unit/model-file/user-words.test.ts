import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import { formatManifest } from "../../../src/model-file/manifest.js";
import { decodeModel, encodeModel } from "../../../src/model-file/model-file.js";
import type { UserWord } from "../../../src/morph/user-word.js";
import { errorOf } from "../io/streams.js";
import { smallParts, tensorsOf, writeModelFile } from "./small-model.js";

const PARTS = smallParts({ labels: ["경제", "정치"], terms: ["국회/NNG", "금리/NNG", "수출/NNG"] });
const WORD: UserWord = {
  surface: "윤슬전자",
  leftId: 1786,
  rightId: 3545,
  cost: 2953,
  features: {
    tag: "NNP",
    semantic: "*",
    final: "F",
    reading: "윤슬전자",
    type: "*",
    firstTag: "*",
    lastTag: "*",
    expression: "*",
  },
};

describe("user words in a model file", () => {
  it("come back as they were, in their order", async () => {
    const userWords = [WORD, { ...WORD, surface: "도담찬" }];
    expect((await decodeModel(await encodeModel({ ...PARTS, userWords }))).userWords).toEqual(userWords);
  });

  it("leave no trace where there are none", async () => {
    expect(await encodeModel({ ...PARTS, userWords: [] })).toEqual(await encodeModel(PARTS));
    expect((await decodeModel(await encodeModel(PARTS))).userWords).toBeUndefined();
  });

  it("are the tensor userWords: JSON rows in mecab-ko's column order", async () => {
    const data = new TextEncoder().encode('[["윤슬전자",1786,3545,2953,"NNP","*","F","윤슬전자","*","*","*","*"]]');
    const tensors = tensorsOf(PARTS);
    tensors.set("userWords", { shape: [data.length], data });
    const bytes = writeModelFile(formatManifest(PARTS.metadata), tensors);
    expect((await decodeModel(bytes)).userWords).toEqual([WORD]);
    expect(await encodeModel({ ...PARTS, userWords: [WORD] })).toEqual(bytes);
  });

  it("are refused when they are no such rows, or break a rule of user words", async () => {
    const refusal = async (text: string): Promise<string> => {
      const data = new TextEncoder().encode(text);
      const tensors = tensorsOf(PARTS);
      tensors.set("userWords", { shape: [data.length], data });
      const error = await errorOf(decodeModel(writeModelFile(formatManifest(PARTS.metadata), tensors)));
      expect(error).toBeInstanceOf(ModelFormatError);
      return (error as Error).message;
    };
    expect(await refusal("[[]]")).toContain("row 0 of the user words must have 12 columns");
    expect(await refusal("[")).toContain("user words as JSON rows");
    expect(await refusal('[["윤슬",0,0,40000,"NNP","*","F","윤슬","*","*","*","*"]]')).toContain(
      "userWords[0].cost must be an integer -32768 to 32767; got 40000",
    );
  });
});
