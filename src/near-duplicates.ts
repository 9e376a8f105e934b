/**
 * Groups of texts that are nearly the same: one agency story in two newspapers, an update of a story, a copy.
 *
 * The similarity of two texts is the Jaccard index of their sets of character 3-grams, |A ∩ B| / |A ∪ B|. Letters and digits
 * alone count, in lower case and without white space, because exports differ in both. MinHash signatures, cut into bands,
 * find the pairs worth a look; each such pair is then compared exactly.
 *
 * @see Broder 1997, "On the resemblance and containment of documents"; Leskovec, Rajaraman and Ullman 2020, "Mining of Massive
 * Datasets", section 3.4, for the bands
 */

import { OptionError } from "./errors.js";
import { Philox, RANDOM_STREAM } from "./kernels/random.js";
import { checkOptionNames, checkText, checkTexts, type OptionNames } from "./options/check-argument.js";
import { DEFAULT_SIMILARITY } from "./options/doctor-options.js";
import { normalizeText } from "./text/normalize-text.js";

export interface NearDuplicateOptions {
  /**
   * Smallest Jaccard index, in (0, 1], of two texts that count as near-duplicates. At 1 the letters are the same.
   * @default 0.6
   */
  readonly similarity?: number;
}

const OPTIONS: OptionNames<NearDuplicateOptions> = { similarity: true };

/** Who belongs together. Rows are places in the list of texts. */
export interface NearDuplicates {
  /** `[nTexts]` the first row of each text's group; its own row where it is the first or alone. */
  readonly groupOf: Uint32Array;
  /** The groups of two texts or more: rows ascending, groups by their first row. */
  readonly groups: readonly (readonly number[])[];
}

const SHINGLE_LENGTH = 3;

/**
 * 24 bands of 4 find a pair of similarity s with probability 1 - (1 - s⁴)²⁴: 0.96 at 0.6, 0.998 at 0.7, 0.18 at 0.3. Pairs
 * below the threshold cost time only, for they are compared.
 */
const N_BANDS = 24;
const BAND_ROWS = 4;
const SIGNATURE_LENGTH = N_BANDS * BAND_ROWS;

/**
 * How far the share of equal signature places may lie below the threshold before the exact comparison is saved: three
 * standard deviations of that estimate, √(0.6 · 0.4 / 96) = 0.05.
 */
const ESTIMATE_MARGIN = 0.15;

/**
 * Texts of one bucket that a text is compared with, the latest first. Without a limit a phrase in every text of a corpus
 * would make the time quadratic. Members of one group lead to each other, so a few looks suffice.
 */
const MAX_LOOKS = 16;

const NONE = 0xffff_ffff;

/** Returns what of a text counts: letters and digits in lower case; the text itself where it has neither. */
function keyOf(text: string): string {
  // One character at a time: an engine runs out of memory on a run of millions of pairs of surrogates.
  const letters = normalizeText(text)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, "");
  return letters === "" ? text : letters;
}

/** Mixes all bits of a word. @see MurmurHash3, fmix32 */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hash of the 3-gram at `start`; shorter texts are one shingle. */
function shingleAt(key: string, start: number): number {
  let hash = 0;
  const end = Math.min(key.length, start + SHINGLE_LENGTH);
  for (let i = start; i < end; i++) hash = mix(Math.imul(hash, 0x9e37_79b1) + key.charCodeAt(i) + 1);
  return hash;
}

/** Returns the distinct shingles of a key, ascending. */
function shinglesOf(key: string): Uint32Array {
  const shingles = new Uint32Array(Math.max(1, key.length - SHINGLE_LENGTH + 1));
  for (let start = 0; start < shingles.length; start++) shingles[start] = shingleAt(key, start);
  shingles.sort();
  let nDistinct = 0;
  for (let i = 0; i < shingles.length; i++) {
    if (i === 0 || shingles[i] !== shingles[i - 1]) shingles[nDistinct++] = shingles[i] as number;
  }
  return shingles.subarray(0, nDistinct);
}

function jaccard(left: Uint32Array, right: Uint32Array): number {
  let nShared = 0;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const a = left[i] as number;
    const b = right[j] as number;
    if (a === b) nShared++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return nShared / (left.length + right.length - nShared);
}

/**
 * Returns the similarity of two texts in [0, 1]: the Jaccard index of their character 3-grams, letters and digits alone.
 * Time is that of sorting the texts' 3-grams.
 * @throws {OptionError} when a text is not a string
 */
export function textSimilarity(left: string, right: string): number {
  checkText("left", left);
  checkText("right", right);
  return jaccard(shinglesOf(keyOf(left)), shinglesOf(keyOf(right)));
}

/** Rows in sets that only grow; each set is known by its smallest row. */
class DisjointRows {
  readonly #parent: Uint32Array;

  constructor(nRows: number) {
    this.#parent = Uint32Array.from({ length: nRows }, (_, row) => row);
  }

  find(row: number): number {
    const parent = this.#parent;
    let root = row;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = row; at !== root; ) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  }

  union(left: number, right: number): void {
    const a = this.find(left);
    const b = this.find(right);
    this.#parent[Math.max(a, b)] = Math.min(a, b);
  }
}

/** Keys of the signature's hash functions, h(x) = a x + b modulo 2³² with a odd, over shingles that are mixed already. */
function hashFunctions(): { readonly factors: Uint32Array; readonly summands: Uint32Array } {
  const factors = new Uint32Array(SIGNATURE_LENGTH);
  const summands = new Uint32Array(SIGNATURE_LENGTH);
  const philox = new Philox().withKey(0, RANDOM_STREAM.minHash);
  for (let i = 0; i < SIGNATURE_LENGTH; i++) {
    philox.generate(i, 0, 0, 0);
    factors[i] = (philox.words[0] as number) | 1;
    summands[i] = philox.words[1] as number;
  }
  return { factors, summands };
}

/** Returns `[nKeys, 96]` signatures: for each hash function the smallest value over the key's shingles. */
function signaturesOf(keys: readonly string[]): Uint32Array {
  const { factors, summands } = hashFunctions();
  const signatures = new Uint32Array(keys.length * SIGNATURE_LENGTH).fill(NONE);
  for (const [number, key] of keys.entries()) {
    const offset = number * SIGNATURE_LENGTH;
    for (const shingle of shinglesOf(key)) {
      for (let i = 0; i < SIGNATURE_LENGTH; i++) {
        const value = (Math.imul(factors[i] as number, shingle) + (summands[i] as number)) >>> 0;
        if (value < (signatures[offset + i] as number)) signatures[offset + i] = value;
      }
    }
  }
  return signatures;
}

/** Share of places at which two signatures agree, an unbiased estimate of the Jaccard index. */
function estimate(signatures: Uint32Array, left: number, right: number): number {
  const a = left * SIGNATURE_LENGTH;
  const b = right * SIGNATURE_LENGTH;
  let nEqual = 0;
  for (let i = 0; i < SIGNATURE_LENGTH; i++) if (signatures[a + i] === signatures[b + i]) nEqual++;
  return nEqual / SIGNATURE_LENGTH;
}

/** Joins distinct keys that are similar enough. */
function joinSimilarKeys(keys: readonly string[], similarity: number): DisjointRows {
  const signatures = signaturesOf(keys);
  const sets = new DisjointRows(keys.length);
  const isSimilar = (left: number, right: number): boolean =>
    estimate(signatures, left, right) >= similarity - ESTIMATE_MARGIN &&
    jaccard(shinglesOf(keys[left] as string), shinglesOf(keys[right] as string)) >= similarity;
  const before = new Uint32Array(keys.length);
  for (let band = 0; band < N_BANDS; band++) {
    const lastOfBucket = new Map<number, number>();
    for (let number = 0; number < keys.length; number++) {
      let bucket = 0;
      const start = number * SIGNATURE_LENGTH + band * BAND_ROWS;
      for (let i = start; i < start + BAND_ROWS; i++) bucket = mix(bucket ^ (signatures[i] as number));
      before[number] = lastOfBucket.get(bucket) ?? NONE;
      lastOfBucket.set(bucket, number);
      let other = before[number] as number;
      for (let nLooks = 0; nLooks < MAX_LOOKS && other !== NONE; nLooks++) {
        if (sets.find(other) !== sets.find(number) && isSimilar(other, number)) sets.union(other, number);
        other = before[other] as number;
      }
    }
  }
  return sets;
}

/**
 * Groups texts that are nearly the same. Groups are transitive: two texts of a group may differ more than the threshold when
 * a third lies between them.
 *
 * The same texts in the same order give the same groups, on any machine. Time and memory are linear in the number of texts
 * and their lengths; a signature has 384 bytes. A pair at the threshold is found with probability 0.96, one at 0.7 with
 * 0.998, unless 16 texts that differ from both lie between them in every bucket they share.
 *
 * @throws {OptionError} when the texts are not an array of strings, or `similarity` is not in (0, 1]
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
 */
export function findNearDuplicates(texts: readonly string[], options: NearDuplicateOptions = {}): NearDuplicates {
  checkTexts("texts", texts);
  checkOptionNames(options, OPTIONS);
  const similarity = options.similarity ?? DEFAULT_SIMILARITY;
  if (!(similarity > 0 && similarity <= 1)) throw new OptionError("similarity", "a number in (0, 1]", similarity);
  const numbers = new Map<string, number>();
  const firstRows: number[] = [];
  const numberOfRow = Uint32Array.from(texts, (text, row) => {
    const key = keyOf(text);
    let number = numbers.get(key);
    if (number === undefined) {
      number = firstRows.length;
      numbers.set(key, number);
      firstRows.push(row);
    }
    return number;
  });
  const sets = joinSimilarKeys([...numbers.keys()], similarity);
  const groupOf = Uint32Array.from(numberOfRow, (number) => firstRows[sets.find(number)] as number);
  const members = new Map<number, number[]>();
  for (const [row, group] of groupOf.entries()) {
    const rows = members.get(group);
    if (rows === undefined) members.set(group, [row]);
    else rows.push(row);
  }
  return { groupOf, groups: [...members.values()].filter((rows) => rows.length > 1) };
}
