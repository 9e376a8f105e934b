import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "../../../src/model-file/safetensors.js";

const EXAMPLE: TensorFile = {
  metadata: new Map([["note", '한글 "quoted"']]),
  tensors: new Map([
    ["bytes", { shape: [3], data: new Uint8Array([1, 2, 3]) }],
    ["matrix", { shape: [2, 2], data: new Float32Array([1.5, -2, 0, 4]) }],
    ["counts", { shape: [1, 2], data: new Uint32Array([7, 4_294_967_295]) }],
  ]),
};

/** A file with the given header text and data bytes, as any program could write it. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const tensor = (begin: number, end: number): string =>
  `{"dtype":"U8","shape":[${end - begin}],"data_offsets":[${begin},${end}]}`;

describe("encodeSafetensors and decodeSafetensors", () => {
  it("give back what was written", () => {
    const decoded = decodeSafetensors(encodeSafetensors(EXAMPLE));
    expect(decoded.metadata).toEqual(EXAMPLE.metadata);
    for (const [name, expected] of EXAMPLE.tensors) expect(decoded.tensors.get(name)).toMatchObject(expected);
    expect(decoded.tensors.size).toBe(3);
  });

  it("say at which byte of the file each tensor begins", () => {
    const bytes = encodeSafetensors(EXAMPLE);
    const { tensors } = decodeSafetensors(bytes);
    const offset = tensors.get("counts")?.offset as number;
    expect(new DataView(bytes.buffer).getUint32(offset, true)).toBe(7);
    expect(bytes[tensors.get("bytes")?.offset as number]).toBe(1);
  });

  it("give the same bytes for the same content", () => {
    expect(encodeSafetensors(EXAMPLE)).toEqual(encodeSafetensors(EXAMPLE));
  });

  it("begin the data at a multiple of 8 with the widest elements first", () => {
    const bytes = encodeSafetensors(EXAMPLE);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    expect([...bytes.subarray(-3)]).toEqual([1, 2, 3]);
  });

  it("read a file from a buffer that is not aligned", () => {
    const bytes = encodeSafetensors(EXAMPLE);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const expected = decodeSafetensors(bytes).tensors.get("matrix");
    expect(decodeSafetensors(shifted.subarray(1)).tensors.get("matrix")).toEqual(expected);
  });

  it("read what the format allows and we do not write: no metadata, spaces, another order", () => {
    const decoded = decodeSafetensors(fileOf(` { "b": ${tensor(1, 3)}, "a": ${tensor(0, 1)} } `, [9, 8, 7]));
    expect(decoded.tensors.get("a")?.data).toEqual(new Uint8Array([9]));
    expect(decoded.tensors.get("b")?.data).toEqual(new Uint8Array([8, 7]));
  });

  it("keep names that objects inherit", () => {
    const decoded = decodeSafetensors(fileOf(`{"__proto__":${tensor(0, 1)},"constructor":${tensor(1, 2)}}`, [1, 2]));
    expect([...decoded.tensors.keys()].sort()).toEqual(["__proto__", "constructor"]);
  });
});

describe("decodeSafetensors refuses", () => {
  it.each<readonly [string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(0), "expected a safetensors file"],
    [
      "a header length beyond the file",
      fileOf("{}").fill(0xff, 0, 7),
      "byte 0: expected a safetensors header of at most",
    ],
    [
      "a header of more than 4 MiB",
      fileOf(`{${" ".repeat(4 * 2 ** 20)}}`),
      "expected a safetensors header of at most 4194304 bytes; found a length of 4194306",
    ],
    ["a header that is not UTF-8", fileOf("{}").fill(0xff, 8), "expected a header in UTF-8"],
    [
      "a header that is not JSON",
      fileOf("{]"),
      "expected a header in JSON; found text that is not JSON: expected a key",
    ],
    ["a header that is a list", fileOf("[]"), "expected a JSON object as header"],
    ["metadata that is not text", fileOf('{"__metadata__":{"a":1}}'), 'expected a string as metadata "a"'],
    [
      "a dtype that we do not write",
      fileOf('{"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}', [0, 0]),
      'found "BF16"',
    ],
    ["a negative extent", fileOf('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'), "expected a shape"],
    [
      "a shape whose product overflows",
      fileOf('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}'),
      "bytes for tensor a",
    ],
    [
      "offsets that do not fit the shape",
      fileOf('{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,2]}}', [0, 0]),
      "expected 3 bytes for tensor a; found 2",
    ],
    ["an unknown field of a tensor", fileOf('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}'), "found x"],
    [
      "overlapping tensors",
      fileOf(`{"a":${tensor(0, 2)},"b":${tensor(1, 3)}}`, [1, 2, 3]),
      "tensor b to begin at data offset 2",
    ],
    [
      "a gap between tensors",
      fileOf(`{"a":${tensor(0, 1)},"b":${tensor(2, 3)}}`, [1, 2, 3]),
      "tensor b to begin at data offset 1",
    ],
    [
      "a file that is cut off",
      fileOf(`{"a":${tensor(0, 4)}}`, [1, 2]),
      "the file is cut off or has something appended",
    ],
    [
      "a file with something appended",
      fileOf(`{"a":${tensor(0, 1)}}`, [1, 2]),
      "the file is cut off or has something appended",
    ],
    [
      "numbers that are not aligned",
      fileOf(`{"a":${tensor(0, 1)},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}`, [1, 0, 0, 0, 0]),
      "at a multiple of 4 bytes",
    ],
  ])("%s", (_, bytes, message) => {
    let error: unknown;
    try {
      decodeSafetensors(bytes);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ModelFormatError);
    expect((error as ModelFormatError).message).toContain(message);
  });

  it("every cut of a valid file", () => {
    const bytes = encodeSafetensors(EXAMPLE);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.slice(0, length))).toThrow(ModelFormatError);
    }
  });
});
