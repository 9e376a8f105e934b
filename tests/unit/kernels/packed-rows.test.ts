import { describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.js";
import {
  halfToNumber,
  packFloat16,
  packInt8,
  recordBytes,
  unpackRow,
  unpackRows,
} from "../../../src/kernels/packed-rows.js";

describe("packFloat16", () => {
  it.each<readonly [number, number]>([
    [0, 0],
    // Sign 0, exponent 15, fraction 0.
    [1, 0x3c00],
    // Sign 1, exponent 16, fraction ½.
    [-3, 0xc200],
    [65504, 0x7bff],
    // The least number with a full fraction, 2^-14: exponent 1.
    [2 ** -14, 0x0400],
    // 1 + 1/2048 lies between 1 and 1 + 1/1024: to even. 1 + 3/2048 likewise, to 1 + 2/1024.
    [1 + 1 / 2048, 0x3c00],
    [1 + 3 / 2048, 0x3c02],
    // Above the middle: up; and a carry into the exponent, from 1.9998 to 2.
    [1 + 1 / 2048 + 2 ** -20, 0x3c01],
    [2 - 2 ** -13, 0x4000],
    // Below 2^-14.
    [2 ** -14 - 2 ** -30, 0],
    [-(2 ** -20), 0],
  ])("gives %d the bits %i", (value, bits) => {
    expect([...packFloat16(Float32Array.of(value), 1).bits]).toEqual([bits]);
  });

  it.each([65520, -1e10])("refuses %d, which it cannot hold", (value) => {
    expect(() => packFloat16(Float32Array.of(1, value), 2)).toThrow(OptionError);
  });

  it("is undone by unpackRows for every number that it gives", () => {
    for (let bits = 0x0400; bits < 0x7c00; bits++) {
      const value = halfToNumber(bits);
      expect(packFloat16(Float32Array.of(value), 1).bits[0]).toBe(bits);
    }
    expect([...unpackRows({ type: "float16", nColumns: 3, bits: Uint16Array.of(0x3c00, 0xc200, 0x8001) })]).toEqual([
      1,
      -3,
      -(2 ** -24),
    ]);
  });
});

describe("packInt8", () => {
  it("gives each row the scale of its greatest number", () => {
    // Row 0: scale 2 / 127; 2, -1 and 0.5 are 127, -63.5 and 31.75 of it. Row 1: nothing. Row 2: scale 127 / 127.
    const { values, scales } = packInt8(Float32Array.of(2, -1, 0.5, 0, 0, 0, -127, 3.4, 3.6), Uint32Array.of(3));
    expect([...scales]).toEqual([Math.fround(2 / 127), 0, 1]);
    expect([...values.subarray(0, 1), ...values.subarray(2)]).toEqual([127, 32, 0, 0, 0, -127, 3, 4]);
    expect([-63, -64]).toContain(values[1]);
  });

  it("gives each group of a row a scale of its own, and unpackRow finds it", () => {
    // Row 0: scales 2 / 127 and 254 / 127; row 1: 127 / 127 and none.
    const packed = packInt8(Float32Array.of(2, -1, 254, 127, 3, 0), Uint32Array.of(2, 1));
    expect([...packed.scales]).toEqual([Math.fround(2 / 127), 2, 1, 0]);
    const row = new Float32Array(3);
    unpackRow(packed, 1, row);
    expect([...row]).toEqual([127, 3, 0]);
    unpackRow(packed, 0, row);
    expect([row[0], row[2]]).toEqual([2, 254]);
  });

  it("is at most half a scale away from each number", () => {
    const numbers = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i) * 10 ** (i % 4));
    const packed = packInt8(numbers, Uint32Array.of(8));
    for (const [i, value] of unpackRows(packed).entries()) {
      // A thousandth more for the rounding of the scale itself.
      const allowed = 0.501 * (packed.scales[Math.floor(i / 8)] as number);
      expect(Math.abs(value - (numbers[i] as number))).toBeLessThanOrEqual(allowed);
    }
  });

  it("takes the nearest multiple, of two the one above, and the bound for what lies beyond", () => {
    // The scale is 1, then half of it, and last the least number there is, which 190 of it cannot be told apart from 127 by.
    const least = 2 ** -149;
    const numbers = [
      127,
      2.5,
      -2.5,
      63.5,
      -0.5,
      -126.5,
      63.5,
      0.25,
      -0.25,
      0.75,
      0,
      -63.5,
      190 * least,
      -190 * least,
      64 * least,
    ];
    const { values, scales } = packInt8(Float32Array.from([...numbers, 0, 0, 0]), Uint32Array.of(6));
    expect([...scales]).toEqual([1, 0.5, least]);
    expect([...values]).toEqual([127, 3, -2, 64, 0, -126, 127, 1, 0, 2, 0, -127, 127, -127, 64, 0, 0, 0]);
  });
});

describe("recordBytes", () => {
  it.each([
    // 4 + 12 = 16 bytes: four to a line.
    { nColumns: 12, nGroups: 1, expected: 16 },
    // 8 + 39 = 47: the second of records of 48 would lie on two lines.
    { nColumns: 39, nGroups: 2, expected: 64 },
    // 12 + 71 = 83: two lines, from the start of a line or its middle.
    { nColumns: 71, nGroups: 3, expected: 96 },
    // 20 + 80 = 100: the second of records of 112 would end on a third line.
    { nColumns: 80, nGroups: 5, expected: 128 },
    { nColumns: 124, nGroups: 1, expected: 128 },
  ])("keeps $nGroups scales and $nColumns numbers on as few lines as can be", ({ nColumns, nGroups, expected }) => {
    const [values, scales] = [new Int8Array(nColumns), new Float32Array(nGroups)];
    expect(recordBytes({ type: "int8", nColumns, widths: new Uint32Array(nGroups), values, scales })).toBe(expected);
  });
});
