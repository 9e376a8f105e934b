/** Context ids of a word by its features, for entries that leave them empty. */

import type { Dictionary } from "./dictionary.js";
import type { Features } from "./features.js";

type KeyFeatures = Omit<Features, "expression">;

/** Tags that stand in a left context with their reading: 은 and 는 attach to different words. */
const LEFT_READING_TAGS: ReadonlySet<string> = new Set(
  "JC JKB JKC JKG JKO JKQ JKS JKV JX NNB NNBC VCP ETM XSN".split(" "),
);
/** The same of a right context. */
const RIGHT_READING_TAGS: ReadonlySet<string> = new Set("JC JKB JKC JKG JKO JKQ JKS JKV JX NNB NNBC XSN".split(" "));

/** A context: what its id depends on, and whether that includes the reading. */
interface ContextKey {
  readonly text: string;
  readonly hasReading: boolean;
}

function makeKey(columns: readonly string[], hasReading: boolean, reading: string): ContextKey {
  return { text: [...columns, hasReading ? reading : "*"].join(), hasReading };
}

/** @see mecab-ko-dic, rewrite.def, [left rewrite] */
function leftKey({ tag, semantic, final, reading, type, firstTag, lastTag }: KeyFeatures): ContextKey {
  if (tag === "SF") return makeKey([tag, semantic, final, type, firstTag, lastTag], true, reading);
  if (type === "Inflect") return makeKey([firstTag, semantic], LEFT_READING_TAGS.has(firstTag), reading);
  if (type === "Preanalysis") return makeKey([firstTag, semantic], false, reading);
  return makeKey([tag, semantic], LEFT_READING_TAGS.has(tag), reading);
}

/** @see mecab-ko-dic, rewrite.def, [right rewrite] */
function rightKey({ tag, semantic, final, reading, type, firstTag, lastTag }: KeyFeatures): ContextKey {
  if (tag === "SF") return makeKey([tag, semantic, final, type, firstTag, lastTag], true, reading);
  if (tag === "SL") return makeKey(["NNG", semantic, final], false, reading);
  if (type === "Inflect") return makeKey([lastTag, semantic, final], RIGHT_READING_TAGS.has(lastTag), reading);
  if (type === "Preanalysis") return makeKey([lastTag, semantic, final], false, reading);
  return makeKey([tag, semantic, final], RIGHT_READING_TAGS.has(tag), reading);
}

/** Ids by key, learned from the entries of a dictionary: left-id.def and right-id.def hold nothing else that is used. */
interface IdTable {
  readonly byKey: Map<string, number>;
  /** Classes whose keys hold the reading, until these have been read. */
  readonly readingClasses: Set<number>;
  readonly keyOf: (features: KeyFeatures) => ContextKey;
}

/**
 * The context ids that mecab-dict-index gives to entries with empty ones, found among the dictionary's own entries.
 * Classes are read at once, the readings of particles and the like when the first such word asks for them.
 */
export class ContextIds {
  readonly #dictionary: Dictionary;
  readonly #left: IdTable;
  readonly #right: IdTable;
  readonly #tags = new Set<string>();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
    this.#left = { byKey: new Map(), readingClasses: new Set(), keyOf: leftKey };
    this.#right = { byKey: new Map(), readingClasses: new Set(), keyOf: rightKey };
    for (let classId = 0; classId < dictionary.nClasses; classId++) {
      const features = { ...dictionary.classFeatures(classId), reading: "*" };
      for (const tag of features.tag.split("+")) this.#tags.add(tag);
      const { leftId, rightId } = dictionary.classContexts(classId);
      for (const [table, id] of [[this.#left, leftId] as const, [this.#right, rightId] as const]) {
        const key = table.keyOf(features);
        if (key.hasReading) table.readingClasses.add(classId);
        else table.byKey.set(key.text, id);
      }
    }
  }

  /** Whether every part of the tag occurs in the dictionary. */
  isTag(tag: string): boolean {
    return tag.split("+").every((part) => this.#tags.has(part));
  }

  /** Left context id; null when the dictionary has no word of such a context. */
  left(features: Features): number | null {
    return this.#find(this.#left, features, "leftId");
  }

  /** Right context id; null when the dictionary has no word of such a context. */
  right(features: Features): number | null {
    return this.#find(this.#right, features, "rightId");
  }

  #find(table: IdTable, features: Features, side: "leftId" | "rightId"): number | null {
    const key = table.keyOf(features);
    if (key.hasReading && table.readingClasses.size > 0) this.#readReadings(table, side);
    return table.byKey.get(key.text) ?? null;
  }

  #readReadings({ byKey, readingClasses, keyOf }: IdTable, side: "leftId" | "rightId"): void {
    const dictionary = this.#dictionary;
    const { wordClasses, wordStride } = dictionary.tables;
    for (let wordId = 0; wordId < dictionary.nWords; wordId++) {
      const classId = wordClasses[wordId * wordStride]!;
      if (!readingClasses.has(classId)) continue;
      byKey.set(keyOf(dictionary.features(wordId)).text, dictionary.classContexts(classId)[side]);
    }
    readingClasses.clear();
  }
}
