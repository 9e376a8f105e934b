import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  JsonFault,
  type LocatedMember,
  type LocatedValue,
  MAX_JSON_VALUES,
  parseJson,
  parseLocatedJson,
} from "../../src/json.js";

function faultOf(action: () => unknown): JsonFault {
  try {
    action();
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** What the places hold, opened one by one. */
function unlocated({ value }: LocatedValue): unknown {
  if (value instanceof Map) {
    const members = value as ReadonlyMap<string, LocatedMember>;
    return Object.fromEntries(Array.from(members, ([key, { content }]) => [key, unlocated(content)]));
  }
  return Array.isArray(value) ? (value as readonly LocatedValue[]).map(unlocated) : value;
}

describe("parseJson and parseLocatedJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, space) => {
        const pretty = JSON.stringify(JSON.parse(text), null, space);
        expect(parseLocatedJson(pretty).plain()).toEqual(JSON.parse(pretty));
        expect(parseJson(pretty)).toEqual(JSON.parse(pretty));
        expect(unlocated(parseLocatedJson(pretty))).toEqual(JSON.parse(pretty));
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
          expect(() => parseJson(broken)).toThrow(JsonFault);
          return;
        }
        expect(parseJson(broken)).toEqual(expected);
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
    ['{"a": 1 "b": 2}', 1, 9, 'is not JSON: expected a comma or }; found "\\""'],
    ["[1,\n\n ]", 3, 2, 'is not JSON: expected a value; found "]"'],
    ["{a: 1}", 1, 2, 'is not JSON: expected a key in double quotes; found "a"'],
    ['{"a" 1}', 1, 6, 'is not JSON: expected a colon; found "1"'],
    ["1 2", 1, 3, 'is not JSON: expected the end; found "2"'],
    ["", 1, 1, "is not JSON: expected a value; found the end"],
    ["\n".repeat(2_000_000), 2_000_001, 1, "is not JSON: expected a value; found the end"],
    ["[".repeat(70), 1, 66, "goes deeper than 64 levels"],
    [`["${"금리".repeat(2_000_000)}`, 1, 2, 'is not JSON: expected a value; found "\\""'],
  ])("names the place of the fault in %.20j", (text, line, column, message) => {
    for (const parse of [parseJson, parseLocatedJson]) {
      expect(faultOf(() => parse(text))).toMatchObject({ place: { line, column }, message });
    }
  });

  it("refuses a key that stands there twice, where the object is asked for", () => {
    const text = '{"a": 1, "a": 2}';
    const fault = { place: { offset: 9, line: 1, column: 10 }, message: 'has the key "a" twice' };
    expect(faultOf(() => parseJson(text))).toMatchObject(fault);
    expect(faultOf(() => parseLocatedJson(`[${text}]`).plain())).toMatchObject({ message: fault.message });
    const located = parseLocatedJson(text);
    expect(faultOf(() => located.value)).toMatchObject(fault);
  });

  it("makes no more values than its limit, and none that nobody asks for", () => {
    // One list, and the items in it.
    const listOf = (nItems: number): string => `[${"[],".repeat(nItems - 1)}[]]`;
    expect(parseJson(listOf(MAX_JSON_VALUES - 1))).toHaveLength(MAX_JSON_VALUES - 1);
    const message = `has more than ${MAX_JSON_VALUES} values`;
    expect(faultOf(() => parseJson(listOf(MAX_JSON_VALUES)))).toMatchObject({ message });
    const text = `{"long": ${listOf(MAX_JSON_VALUES + 1)}, "wide": {${'"":[],'.repeat(9)}"": 0}, "short": [1]}`;
    const members = parseLocatedJson(text).value as ReadonlyMap<string, LocatedMember>;
    expect(members.get("short")?.content.plain()).toEqual([1]);
    expect(faultOf(() => members.get("long")?.content.value)).toMatchObject({ message });
  });
});
