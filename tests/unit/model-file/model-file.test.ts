import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import { FORMAT_VERSION, formatManifest } from "../../../src/model-file/manifest.js";
import { decodeModel, encodeModel, type ModelParts } from "../../../src/model-file/model-file.js";
import type { Tensor } from "../../../src/model-file/safetensors.js";
import { errorOf } from "../io/streams.js";
import { smallParts, tensorsOf, withManifestField, writeModelFile } from "./small-model.js";

const PARTS = smallParts({ labels: ["경제", "정치"], terms: ["국회/NNG", "금리/NNG", "수출/NNG"] });

/** Model parts with the vocabulary as a list, for its terms are private and escape a comparison. */
function plain({ vocabulary, ...parts }: ModelParts): unknown {
  return { ...parts, terms: [...vocabulary] };
}

async function refusal(bytes: Uint8Array): Promise<ModelFormatError> {
  const error = await errorOf(decodeModel(bytes));
  expect(error).toBeInstanceOf(ModelFormatError);
  return error as ModelFormatError;
}

/** The model file with one tensor in place of its own; null leaves it out. */
function withTensor(name: string, tensor: Tensor | null): Uint8Array {
  const tensors = tensorsOf(PARTS);
  if (tensor === null) tensors.delete(name);
  else tensors.set(name, tensor);
  return writeModelFile(formatManifest(PARTS.metadata), tensors);
}

/** Where the data of a tensor begins, read from the header as any safetensors reader would. */
function offsetOf(bytes: Uint8Array, name: string): number {
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  return 8 + headerBytes + header[name].data_offsets[0];
}

describe("encodeModel and decodeModel", () => {
  it("give back what was written", async () => {
    expect(plain(await decodeModel(await encodeModel(PARTS)))).toEqual(plain(PARTS));
  });

  it("give the same bytes for the same parts", async () => {
    const { vocabulary, ...parts } = PARTS;
    expect(await encodeModel({ ...structuredClone(parts), vocabulary })).toEqual(await encodeModel(PARTS));
  });

  it("write the file that docs/model-format.md describes", async () => {
    expect(await encodeModel(PARTS)).toEqual(writeModelFile(formatManifest(PARTS.metadata), tensorsOf(PARTS)));
  });

  it("put the digest of the whole file, its own digits being 0, first in the header", async () => {
    const bytes = await encodeModel(PARTS);
    const start = new TextDecoder("latin1").decode(bytes.subarray(8, 120));
    const digest = /^\{"__metadata__":\{"sha256":"([0-9a-f]{64})"/.exec(start)?.[1] as string;
    const copy = Buffer.from(bytes);
    copy.write("0".repeat(64), copy.indexOf(digest));
    expect(createHash("sha256").update(copy).digest("hex")).toBe(digest);
  });

  it("read a file that begins at any place of a buffer", async () => {
    const bytes = await encodeModel(PARTS);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(plain(await decodeModel(shifted.subarray(3)))).toEqual(plain(PARTS));
  });

  it("keep labels and terms that objects inherit", async () => {
    const words = ["__proto__", "constructor", "toString"];
    const parts = smallParts({ labels: words, terms: words });
    const decoded = await decodeModel(await encodeModel(parts));
    expect(decoded.metadata.labels).toEqual(words);
    expect([...decoded.vocabulary]).toEqual(words);
    expect(decoded.vocabulary.columnOf("constructor")).toBe(1);
    expect(decoded.vocabulary.columnOf("hasOwnProperty")).toBe(-1);
  });
});

describe("decodeModel refuses", () => {
  it("every change of a single byte", async () => {
    const bytes = await encodeModel(PARTS);
    const version = Buffer.from(bytes).indexOf(`formatVersion\\":${FORMAT_VERSION}`) + 'formatVersion\\":'.length;
    for (let place = 0; place < bytes.length; place++) {
      for (const flipped of [0x01, 0x20, 0x80]) {
        const changed = bytes.slice();
        changed[place] = (changed[place] as number) ^ flipped;
        const { code } = await refusal(changed);
        const codes = ["MODEL_FORMAT", "MODEL_CHECKSUM", ...(place === version ? ["MODEL_VERSION"] : [])];
        expect(codes, `bits ${flipped} of byte ${place}`).toContain(code);
      }
    }
  });

  it("every cut and anything appended", async () => {
    const bytes = await encodeModel(PARTS);
    for (let length = 0; length < bytes.length; length++) {
      expect((await refusal(bytes.slice(0, length))).code, `${length} bytes`).toBe("MODEL_FORMAT");
    }
    expect((await refusal(new Uint8Array([...bytes, 0]))).code).toBe("MODEL_FORMAT");
  });

  it("changed weights by their digest", async () => {
    const bytes = await encodeModel(PARTS);
    bytes.set([0, 0, 0x80, 0x3f], offsetOf(bytes, "w2"));
    const error = await refusal(bytes);
    expect(error.code).toBe("MODEL_CHECKSUM");
    expect(error.message).toContain("the file is damaged; copy it again or train again");
  });

  it.each([
    [2, "a newer newsclf wrote this file; update the package"],
    [0, "train the model again"],
  ])("format version %i", async (version, remedy) => {
    const error = await refusal(withManifestField(PARTS, "formatVersion", version));
    expect(error.code).toBe("MODEL_VERSION");
    expect(error.message).toContain(
      `expected model format version ${FORMAT_VERSION}; found version ${version}; ${remedy}`,
    );
  });

  it("a safetensors file of another program", async () => {
    const header = new TextEncoder().encode('{"__metadata__":{"format":"pt"}}');
    const bytes = new Uint8Array(8 + header.length);
    bytes[0] = header.length;
    bytes.set(header, 8);
    expect((await refusal(bytes)).message).toContain("found a safetensors file of another program");
  });

  it("metadata in another order, which a rewriting program leaves behind", async () => {
    const bytes = Buffer.from(await encodeModel(PARTS));
    // Same length, same meaning as JSON: one space moves from the padding to the front.
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const text = bytes.toString("utf8", 8, 8 + headerBytes);
    const rewritten = Buffer.concat([bytes.subarray(0, 8), Buffer.from(` ${text.trimEnd()}`.padEnd(text.length))]);
    const padded = Buffer.concat([rewritten, bytes.subarray(8 + headerBytes)]);
    padded.writeBigUInt64LE(BigInt(rewritten.length - 8), 0);
    expect((await refusal(padded)).message).toContain("the file was rewritten by another program");
  });

  it.each(["w1", "gamma2", "b4", "termOffsets", "termBytes", "labelDocumentFrequency"])(
    "a file without tensor %s",
    async (name) => {
      expect((await refusal(withTensor(name, null))).message).toContain(`expected a tensor ${name}; found none`);
    },
  );

  it("a tensor that it does not know", async () => {
    const bytes = withTensor("w5", { shape: [1], data: Float32Array.of(1) });
    expect((await refusal(bytes)).message).toMatch(/expected 23 tensors; found 24: .*w5/);
  });

  it.each<readonly [string, string, Tensor, string]>([
    ["of another shape", "w1", { shape: [1, 3], data: new Float32Array(3) }, "w1, a Float32Array of shape [3,1]"],
    ["of another type", "b1", { shape: [1], data: new Uint32Array(1) }, "found Uint32Array of shape [1]"],
    [
      "of counts that are floats",
      "termOffsets",
      { shape: [4], data: new Float32Array(4) },
      "termOffsets, a Uint32Array",
    ],
    ["of offsets in two dimensions", "termOffsets", { shape: [2, 2], data: new Uint32Array(4) }, "of shape [4]"],
    ["of no terms", "termOffsets", { shape: [1], data: new Uint32Array(1) }, "a vocabulary of at least one term"],
    ["of no offsets", "termOffsets", { shape: [0], data: new Uint32Array(0) }, "termBytes, a Uint8Array of shape [0]"],
    ["of too many counts", "labelDocumentFrequency", { shape: [2, 4], data: new Uint32Array(8) }, "of shape [2,3]"],
  ])("a tensor %s", async (_, name, tensor, message) => {
    expect((await refusal(withTensor(name, tensor))).message).toContain(message);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("a weight that is %d", async (value) => {
    const bytes = withTensor("w1", { shape: [3, 1], data: Float32Array.of(0, value, 0) });
    const error = await refusal(bytes);
    expect(error.message).toContain(`expected finite numbers in tensor w1; found ${value} at 1`);
    expect(error.offset).toBe(offsetOf(bytes, "w1") + 4);
  });

  it("a negative running variance, which has no square root", async () => {
    const bytes = withTensor("runningVar2", { shape: [1], data: Float32Array.of(-1) });
    expect((await refusal(bytes)).message).toContain(
      "expected finite numbers ≥ 0 in tensor runningVar2; found -1 at 0",
    );
  });

  it("a term that no training article holds", async () => {
    const bytes = withTensor("labelDocumentFrequency", { shape: [2, 3], data: Uint32Array.of(1, 0, 1, 1, 0, 1) });
    const error = await refusal(bytes);
    expect(error.message).toContain('expected term 1, "금리/NNG", in at least one article; found 0 for all labels');
    expect(error.offset).toBe(offsetOf(bytes, "labelDocumentFrequency") + 4);
  });

  it("a term in more articles of a label than there are", async () => {
    // Label 1 has 2 training articles; the count of term 2 in it is element 1 · 3 + 2 = 5.
    const bytes = withTensor("labelDocumentFrequency", { shape: [2, 3], data: Uint32Array.of(1, 1, 1, 1, 1, 3) });
    const error = await refusal(bytes);
    expect(error.message).toContain('expected at most 2 articles of "정치" with term 2; found 3');
    expect(error.offset).toBe(offsetOf(bytes, "labelDocumentFrequency") + 20);
  });

  it.each<readonly [string, string, number]>([
    ["that do not rise", "나가나", 3],
    ["twice", "가가나", 3],
  ])("terms %s, and says where", async (_, text, place) => {
    const tensors = tensorsOf(PARTS);
    tensors.set("termOffsets", { shape: [4], data: Uint32Array.of(0, 3, 6, 9) });
    tensors.set("termBytes", { shape: [9], data: new TextEncoder().encode(text) });
    const file = writeModelFile(formatManifest(PARTS.metadata), tensors);
    const error = await refusal(file);
    expect(error.code).toBe("MODEL_FORMAT");
    expect(error.message).toContain("expected a term after");
    expect(error.offset).toBe(offsetOf(file, "termBytes") + place);
  });

  it.each<readonly [string, readonly number[], readonly number[], string]>([
    ["bytes that are not UTF-8", [0, 1, 2, 3], [0x61, 0x62, 0xff], "expected terms in UTF-8"],
    ["offsets that do not begin at 0", [1, 1, 2, 3], [0x61, 0x62, 0x63], "expected term offsets from 0 to 3"],
    ["offsets that fall", [0, 2, 1, 3], [0x61, 0x62, 0x63], "expected the end of term 1"],
    [
      "an offset inside a character",
      [0, 1, 3, 4],
      [0xea, 0xb0, 0x80, 0x61],
      "expected the end of term 0 between characters",
    ],
  ])("a vocabulary with %s", async (_, termOffsets, termBytes, message) => {
    const tensors = tensorsOf(PARTS);
    tensors.set("termOffsets", { shape: [4], data: Uint32Array.from(termOffsets) });
    tensors.set("termBytes", { shape: [termBytes.length], data: Uint8Array.from(termBytes) });
    const file = writeModelFile(formatManifest(PARTS.metadata), tensors);
    const error = await refusal(file);
    expect(error.message).toContain(message);
    expect(error.offset).toBeGreaterThanOrEqual(offsetOf(file, "termBytes"));
  });

  it("what is wrong with the file's name and a remedy in the message", async () => {
    const error = await errorOf(decodeModel(new Uint8Array(3), "models/a.newsclf"));
    expect(error).toMatchObject({ name: "ModelFormatError", source: "models/a.newsclf", offset: 3 });
    expect((error as Error).message).toBe(
      "models/a.newsclf: byte 3: expected a safetensors file (8 bytes of header length, then JSON); found 3 bytes in all; " +
        "give a model file that newsclf train wrote",
    );
  });
});
