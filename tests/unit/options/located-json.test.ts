import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFault, type LocatedMember, parseLocatedJson, withoutPlaces } from "../../../src/options/located-json.js";

function faultOf(text: string): JsonFault {
  try {
    parseLocatedJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("parseLocatedJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, space) => {
        const pretty = JSON.stringify(JSON.parse(text), null, space);
        expect(withoutPlaces(parseLocatedJson(pretty))).toEqual(JSON.parse(pretty));
      }),
      { seed: 1 },
    );
  });

  it("refuses what JSON.parse refuses", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "}", "x", "\\", "\u0001"), (text, place, cut) => {
        const at = place % (text.length + 1);
        const broken = text.slice(0, at) + cut + text.slice(at + 1);
        let expected: unknown;
        try {
          expected = JSON.parse(broken);
        } catch {
          expect(() => parseLocatedJson(broken)).toThrow(JsonFault);
          return;
        }
        expect(withoutPlaces(parseLocatedJson(broken))).toEqual(expected);
      }),
      { seed: 1 },
    );
  });

  it("says where keys and values begin", () => {
    //            0         1
    //            0123456789012345
    const text = '{"a": 1, "b": []}';
    const members = parseLocatedJson(text).value as ReadonlyMap<string, LocatedMember>;
    expect(Array.from(members, ([key, { keyOffset, content }]) => [key, keyOffset, content.offset])).toEqual([
      ["a", 1, 6],
      ["b", 9, 14],
    ]);
  });

  it.each([
    ['{"a": 1 "b": 2}', 8, 'expected a comma or }; found "\\""'],
    ["[1, ]", 4, 'expected a value; found "]"'],
    ["{a: 1}", 1, 'expected a key in double quotes; found "a"'],
    ['{"a" 1}', 5, 'expected a colon; found "1"'],
    ["1 2", 2, 'expected the end; found "2"'],
    ["", 0, "expected a value; found the end"],
    ['{"a": 1, "a": 2}', 9, '"a" stands here a second time'],
    ["[".repeat(70), 65, "goes deeper than 64 levels"],
  ])("names the place of the fault in %j", (text, offset, message) => {
    expect(faultOf(text)).toMatchObject({ offset, message });
  });
});
