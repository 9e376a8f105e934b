/** A dictionary of a few words, made by the same encoder as the real one. */

import { inflateSync } from "node:zlib";
import { Dictionary } from "../../../src/morph/dictionary.js";
import type { Features } from "../../../src/morph/features.js";
import { type DictionarySource, type EntrySource, encodeDictionary } from "../../../tools/encode-dictionary.js";

/** Context ids; the same numbers on the left and on the right. */
export const CONTEXT = { boundary: 0, noun: 1, particle: 2, unknown: 3 } as const;
const N_CONTEXTS = 4;

/** Categories in bit order. */
export const CATEGORY = { DEFAULT: 0, SPACE: 1, HANGUL: 2, ALPHA: 3 } as const;

const NO_FEATURES: Features = {
  tag: "*",
  semantic: "*",
  final: "*",
  reading: "*",
  type: "*",
  firstTag: "*",
  lastTag: "*",
  expression: "*",
};

export function entry(
  surface: string,
  context: number,
  cost: number,
  features: Partial<Features> & { readonly tag: string },
  penalty = 0,
): EntrySource {
  return {
    surface,
    leftId: context,
    rightId: context,
    cost,
    penalty,
    features: { ...NO_FEATURES, reading: surface, ...features },
  };
}

/** `costs` maps "right context of the left word,left context of the right word" to a cost; 0 where absent. */
export function smallSource(
  entries: readonly EntrySource[],
  costs: Readonly<Record<string, number>> = {},
): DictionarySource {
  const bits = (category: number, { invoke = false, group = false, length = 0 }) =>
    ((1 << category) | (category << 18) | (length << 26) | (group ? 1 << 30 : 0) | (invoke ? 1 << 31 : 0)) >>> 0;
  const characters = new Uint32Array(65_536).fill(bits(CATEGORY.DEFAULT, { group: true }));
  for (const space of " \n") characters[space.charCodeAt(0)] = bits(CATEGORY.SPACE, { group: true });
  characters.fill(bits(CATEGORY.HANGUL, { group: true, length: 2 }), 0xac00, 0xd7a4);
  characters.fill(bits(CATEGORY.ALPHA, { group: true, invoke: true }), 0x61, 0x7b);

  const connections = new Int16Array(N_CONTEXTS * N_CONTEXTS);
  for (const [pair, cost] of Object.entries(costs)) {
    const [left, right] = pair.split(",").map(Number);
    connections[right! * N_CONTEXTS + left!] = cost;
  }
  const unknown = (tag: string, cost: number) => ({
    ...entry("", CONTEXT.unknown, cost, { tag, reading: "*" }),
  });
  return {
    id: "small-1",
    entries,
    unknownWords: [unknown("SY", 3_000), unknown("SP", 3_000), unknown("UNKNOWN", 9_000), unknown("SL", 800)],
    characters,
    spaceType: 1 << CATEGORY.SPACE,
    nLeftIds: N_CONTEXTS,
    nRightIds: N_CONTEXTS,
    connections,
  };
}

export async function smallDictionary(
  entries: readonly EntrySource[],
  costs: Readonly<Record<string, number>> = {},
): Promise<Dictionary> {
  return Dictionary.fromBytes(await encodeDictionary(smallSource(entries, costs)), (bytes) => inflateSync(bytes));
}
