import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import { packFloat16, packInt8 } from "../../../src/kernels/packed-rows.js";
import { FORMAT_VERSION, formatManifest } from "../../../src/model-file/manifest.js";
import {
  type DecodedModel,
  decodeModel,
  encodeModel,
  frequenciesOf,
  type ModelParts,
} from "../../../src/model-file/model-file.js";
import type { Tensor } from "../../../src/model-file/safetensors.js";
import { errorOf } from "../io/streams.js";
import { digestOf, smallParts, tensorsOf, withManifestField, withMembers, writeModelFile } from "./small-model.js";

const PARTS = smallParts({ labels: ["경제", "정치"], terms: ["국회/NNG", "금리/NNG", "수출/NNG"] });

/** Model parts with the vocabulary as a list, for its terms are private and escape a comparison. */
function plain({ vocabulary, ...parts }: ModelParts): unknown {
  return { ...parts, terms: [...vocabulary] };
}

/** What of these parts stands in a file that is read. */
function readBack(parts: ModelParts): unknown {
  return plain({ ...parts, frequencies: frequenciesOf(parts) } as DecodedModel);
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

/** The model file with another vocabulary of three terms. */
function withVocabulary(termOffsets: readonly number[], text: string): Uint8Array {
  const tensors = tensorsOf(PARTS);
  const data = Uint16Array.from(text.split(""), (unit) => unit.charCodeAt(0));
  tensors.set("termOffsets", { shape: [termOffsets.length], data: Uint32Array.from(termOffsets) });
  tensors.set("termUnits", { shape: [data.length], data });
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
    expect(plain(await decodeModel(await encodeModel(PARTS)))).toEqual(readBack(PARTS));
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
    expect(digestOf(copy)).toBe(digest);
  });

  it.each(["float16", "int8"] as const)("keep a first layer of type %s", async (type) => {
    const w1 = Float32Array.of(0.5, -1, 0.25);
    const packed = type === "float16" ? packFloat16(w1, 1) : packInt8(w1, Uint32Array.of(1));
    const parts = { ...PARTS, networks: { ...PARTS.networks, w1: packed } };
    expect(plain(await decodeModel(await encodeModel(parts)))).toEqual(readBack(parts));
  });

  it("keep several networks in their order, calibration, and counts of any size", async () => {
    const parts = {
      ...withMembers(
        smallParts({
          labels: ["경제", "정치"],
          terms: ["금리/NNG"],
          calibration: { temperature: 0.8, flattenedShare: 0.3, labelBias: [0.1, -2] },
        }),
        { b1: Float32Array.of(2) },
        { b1: Float32Array.of(3) },
      ),
    };
    const metadata = { ...parts.metadata, nDocuments: 70_300, trainSupport: [70_000, 300] };
    const many = { ...parts, metadata, labelDocumentFrequency: Uint32Array.of(69_999, 255) };
    const decoded = await decodeModel(await encodeModel(many));
    expect(plain(decoded)).toEqual(readBack(many));
    expect(decoded.networks.members.map(({ b1 }) => b1[0])).toEqual([0, 2, 3]);
  });

  it("read a file that is digested in several blocks", async () => {
    // 65,536 terms of 6 units of 2 bytes, an offset of 4, a weight of 4 and two counts of 1: 1.4 MiB.
    const terms = Array.from({ length: 2 ** 16 }, (_, i) => `t${String(i).padStart(5, "0")}`);
    const bytes = await encodeModel(smallParts({ labels: ["a", "b"], terms }));
    expect(bytes.length).toBeGreaterThan(2 ** 20);
    expect((await decodeModel(bytes)).vocabulary.columnOf("t65535")).toBe(65_535);
    bytes[bytes.length - 1] = 7;
    expect((await refusal(bytes)).code).toBe("MODEL_CHECKSUM");
  });

  it("read a file that begins at any place of a buffer", async () => {
    const bytes = await encodeModel(PARTS);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(plain(await decodeModel(shifted.subarray(3)))).toEqual(readBack(PARTS));
  });

  it("read a Buffer, also one that is not aligned, and leave its bytes as they are", async () => {
    const bytes = await encodeModel(PARTS);
    for (const shift of [0, 3]) {
      const buffer = Buffer.alloc(bytes.length + shift).subarray(shift);
      buffer.set(bytes);
      expect(plain(await decodeModel(buffer))).toEqual(readBack(PARTS));
      expect(new Uint8Array(buffer)).toEqual(bytes);
    }
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
    bytes.set([0, 0, 0x80, 0x3f], offsetOf(bytes, "0.w2"));
    const error = await refusal(bytes);
    expect(error.code).toBe("MODEL_CHECKSUM");
    expect(error.message).toContain("the file is damaged; copy it again or train again");
  });

  it.each([
    [FORMAT_VERSION + 1, "a newer newsclf wrote this file; update the package"],
    [0, "train the model again"],
  ])("format version %i", async (version, remedy) => {
    const error = await refusal(withManifestField(PARTS, "formatVersion", version));
    expect(error.code).toBe("MODEL_VERSION");
    expect(error.message).toContain(
      `expected a model format version in [1, ${FORMAT_VERSION}]; found version ${version}; ${remedy}`,
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

  it.each(["w1", "0.gamma2", "0.b4", "termOffsets", "termUnits", "labelDocumentFrequency"])(
    "a file without tensor %s",
    async (name) => {
      expect((await refusal(withTensor(name, null))).message).toContain(`expected a tensor ${name}; found none`);
    },
  );

  it("a tensor that it does not know", async () => {
    const bytes = withTensor("0.w5", { shape: [1], data: Float32Array.of(1) });
    expect((await refusal(bytes)).message).toContain("expected no other tensors than those of a model; found 0.w5");
  });

  it.each<readonly [string, string, Tensor, string]>([
    ["of another shape", "w1", { shape: [1, 3], data: new Float32Array(3) }, "w1, a Float32Array of shape [3,1]"],
    ["of another type", "0.b1", { shape: [1], data: new Uint32Array(1) }, "found Uint32Array of shape [1]"],
    [
      "of counts that are floats",
      "termOffsets",
      { shape: [4], data: new Float32Array(4) },
      "termOffsets, a Uint32Array",
    ],
    ["of offsets in two dimensions", "termOffsets", { shape: [2, 2], data: new Uint32Array(4) }, "of shape [4]"],
    ["of no terms", "termOffsets", { shape: [1], data: new Uint32Array(1) }, "a vocabulary of at least one term"],
    ["of no offsets", "termOffsets", { shape: [0], data: new Uint32Array(0) }, "termUnits, a Uint16Array of shape [0]"],
    ["of too many counts", "labelDocumentFrequency", { shape: [2, 4], data: new Uint8Array(8) }, "of shape [2,3]"],
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
    const bytes = withTensor("0.runningVar2", { shape: [1], data: Float32Array.of(-1) });
    expect((await refusal(bytes)).message).toContain(
      "expected finite numbers ≥ 0 in tensor 0.runningVar2; found -1 at 0",
    );
  });

  it("a term that no training article holds", async () => {
    const bytes = withTensor("labelDocumentFrequency", { shape: [2, 3], data: Uint8Array.of(1, 0, 1, 1, 0, 1) });
    const error = await refusal(bytes);
    expect(error.message).toContain('expected term 1, "금리/NNG", in at least one article; found 0 for all labels');
    expect(error.offset).toBe(offsetOf(bytes, "labelDocumentFrequency") + 1);
  });

  it("a term in more articles of a label than there are", async () => {
    // Label 1 has 2 training articles; the count of term 2 in it is element 1 · 3 + 2 = 5.
    const bytes = withTensor("labelDocumentFrequency", { shape: [2, 3], data: Uint8Array.of(1, 1, 1, 1, 1, 3) });
    const error = await refusal(bytes);
    expect(error.message).toContain('expected at most 2 articles of "정치" with term 2; found 3');
    expect(error.offset).toBe(offsetOf(bytes, "labelDocumentFrequency") + 5);
  });

  it.each<readonly [string, string, number]>([
    ["that do not rise", "나가나", 2],
    ["twice", "가가나", 2],
  ])("terms %s, and says where", async (_, text, place) => {
    const file = withVocabulary([0, 1, 2, 3], text);
    const error = await refusal(file);
    expect(error.code).toBe("MODEL_FORMAT");
    expect(error.message).toContain("expected a term after");
    expect(error.offset).toBe(offsetOf(file, "termUnits") + place);
  });

  it.each<readonly [string, readonly number[], string, string]>([
    ["offsets that do not begin at 0", [1, 1, 2, 3], "abc", "expected term offsets from 0 to 3"],
    ["offsets that fall", [0, 2, 1, 3], "abc", "expected the end of term 1"],
    ["an offset inside a character", [0, 1, 2, 3], "\ud83d\ude00a", "expected term 0 without a lone surrogate"],
  ])("a vocabulary with %s", async (_, termOffsets, text, message) => {
    const file = withVocabulary(termOffsets, text);
    const error = await refusal(file);
    expect(error.message).toContain(message);
    expect(error.offset).toBeGreaterThanOrEqual(offsetOf(file, "termUnits"));
  });

  it("full counts without the rest, and a rest without full counts", async () => {
    const full = withTensor("labelDocumentFrequency", { shape: [2, 3], data: Uint8Array.of(1, 1, 255, 1, 1, 1) });
    expect((await refusal(full)).message).toContain("expected 1 numbers, one for each full count; found 0");
    const rest = withTensor("labelDocumentFrequencyRest", { shape: [1], data: Uint32Array.of(1) });
    expect((await refusal(rest)).message).toContain("expected 0 numbers, one for each full count; found 1");
  });

  it("a full count that passes 32 bits", async () => {
    const tensors = tensorsOf(PARTS);
    tensors.set("labelDocumentFrequency", { shape: [2, 3], data: Uint8Array.of(1, 1, 255, 1, 1, 1) });
    tensors.set("labelDocumentFrequencyRest", { shape: [1], data: Uint32Array.of(0xffff_ffff) });
    const error = await refusal(writeModelFile(formatManifest(PARTS.metadata), tensors));
    // 255 + 4294967295
    expect(error.message).toContain("expected a count below 2^32; found 4294967550");
  });

  it.each([0x7c00, 0xfc00, 0x7e00])("a half of bits %i, which is not finite", async (bits) => {
    const bytes = withTensor("w1", { shape: [3, 1], data: Uint16Array.of(0, 0, bits), dtype: "F16" });
    const error = await refusal(bytes);
    expect(error.message).toContain("expected finite numbers in tensor w1; found another at 2");
    expect(error.offset).toBe(offsetOf(bytes, "w1") + 4);
  });

  it("whole weights without scales, with a negative one, and scales without whole weights", async () => {
    const tensors = tensorsOf(PARTS);
    tensors.set("w1", { shape: [3, 1], data: Int8Array.of(1, 2, 3) });
    const write = () => refusal(writeModelFile(formatManifest(PARTS.metadata), tensors));
    expect((await write()).message).toContain("expected a tensor w1Scales; found none");
    tensors.set("w1Scales", { shape: [3, 1], data: Float32Array.of(1, -1, 1) });
    expect((await write()).message).toContain("expected finite numbers ≥ 0 in tensor w1Scales; found -1 at 1");
    const scales = withTensor("w1Scales", { shape: [3, 1], data: new Float32Array(3) });
    expect((await refusal(scales)).message).toContain("found w1Scales");
  });

  it("fewer networks than the manifest has", async () => {
    const { metadata } = withMembers(PARTS, {});
    const bytes = writeModelFile(formatManifest(metadata), tensorsOf(PARTS));
    expect((await refusal(bytes)).message).toContain("expected a tensor 1.b1; found none");
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
