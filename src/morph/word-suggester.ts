/** New words of a corpus: what the analyzer splits or does not know, though the corpus treats it as one word. */

import { checkMethod } from "../options/check-argument.js";
import { resolveOptions } from "../options/resolve-options.js";
import { SUGGEST_SPEC, type SuggestOptions } from "../options/suggest-options.js";
import { defaultCost } from "./default-costs.js";
import type { Dictionary } from "./dictionary.js";
import { type MecabToken, MecabTokenizer } from "./mecab-tokenizer.js";
import type { UserWord } from "./user-word.js";
import { UserWordParser } from "./user-word-parser.js";

/** A word that a user dictionary could hold. */
export interface WordSuggestion {
  readonly surface: string;
  /** NNG when all parts are common nouns of two syllables or more, roots or affixes, else NNP: a guess. */
  readonly tag: "NNG" | "NNP";
  /** Occurrences, at least; too low by what was forgotten to bound the memory. */
  readonly count: number;
  /** Branching entropy in nats; the lower of both sides. */
  readonly branching: number;
  /** Normalised pointwise mutual information of the loosest joint. */
  readonly npmi: number;
  /** ln(count) · branching · npmi, the order of suggestions. */
  readonly score: number;
  /** Surfaces that the analyzer makes of it at present. */
  readonly parts: readonly string[];
}

/** Longest sequence looked at. */
const MAX_PARTS = 5;
/** Longest suggestion, in UTF-16 units; longer ones are phrases without spaces. */
const MAX_SURFACE_UNITS = 12;
/** Candidates and single tokens held in memory; some 30 MB. */
const MAX_HELD = 100_000;
/** Share of them kept when the rare ones are forgotten. */
const KEPT_SHARE = 0.75;
/** Distinct neighbours told apart on each side; more of them count as different each time. */
const MAX_NEIGHBOURS = 64;

/** Steps in which a cost is lowered until the word wins over its parts, and how many. */
const COST_STEP = 1_000;
const MAX_COST_STEPS = 8;

const NOUN_TAGS: ReadonlySet<string> = new Set(["NNG", "NNP", "XR", "XPN", "XSN", "SL", "SH", "UNKNOWN"]);
/** Tags never inside a word: numbers and what counts with them, symbols, and fused verbs, whatever their length. */
const NEVER_INSIDE = /^(SN|NR|NNBC|S[CEFPY]|SS[OC]|UNA|NA)$|\+/;
/** Particles, endings, copula and verb suffixes: stripped from the end of an eojeol, and no beginning of a word. */
const FUNCTIONAL = /^(J[CKX]|E[CFPT]|VC|XS[VA]|VX)/;
const AFFIX_TAGS: ReadonlySet<string> = new Set(["XPN", "XSN", "XR"]);
const HANGUL_SYLLABLE = /^[가-힣]$/;

/** Neighbours on one side. */
class Branches {
  readonly #counts = new Map<string, number>();
  /** Edges of eojeols, and neighbours beyond the limit: each one different. */
  #nSingle = 0;

  add(neighbour: string | null): void {
    const count = neighbour === null ? undefined : this.#counts.get(neighbour);
    if (neighbour === null || (count === undefined && this.#counts.size === MAX_NEIGHBOURS)) this.#nSingle++;
    else this.#counts.set(neighbour, (count ?? 0) + 1);
  }

  /**
   * H = -Σ p ln p over the neighbours, in nats. An edge counts as a neighbour of its own each time, as in accessor variety.
   * @see Jin and Tanaka-Ishii 2006, "Unsupervised Segmentation of Chinese Text by Use of Branching Entropy", eq. 2
   * @see Feng, Chen, Deng and Zheng 2004, "Accessor Variety Criteria for Chinese Word Extraction"
   */
  entropy(): number {
    let total = this.#nSingle;
    for (const count of this.#counts.values()) total += count;
    let sum = 0;
    for (const count of this.#counts.values()) sum += count * Math.log(total / count);
    return (sum + this.#nSingle * Math.log(total)) / total;
  }
}

interface Held {
  count: number;
  /** Occurrences that may have been forgotten before it was held. */
  readonly missed: number;
}

interface Candidate extends Held {
  readonly parts: readonly string[];
  readonly isCommon: boolean;
  readonly left: Branches;
  readonly right: Branches;
}

/**
 * Counts with bounded memory: when there are too many keys, those are forgotten that can't be frequent.
 * @see Manku and Motwani 2002, "Approximate Frequency Counts over Data Streams", lossy counting
 */
class BoundedTable<T extends Held> {
  readonly #entries = new Map<string, T>();
  #floor = 0;

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  entries(): Iterable<readonly [string, T]> {
    return this.#entries;
  }

  add(key: string, create: (missed: number) => T): T {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#entries.size >= MAX_HELD) this.#forget();
      entry = create(this.#floor);
      this.#entries.set(key, entry);
    }
    entry.count++;
    return entry;
  }

  #forget(): void {
    while (this.#entries.size > MAX_HELD * KEPT_SHARE) {
      this.#floor++;
      for (const [key, { count, missed }] of this.#entries)
        if (count + missed <= this.#floor) this.#entries.delete(key);
    }
  }
}

/**
 * Gathers candidates from texts, one after another, in bounded memory. A candidate is a sequence of neighbouring nouns,
 * unknown words and single syllables (of any tag: a name that the analyzer does not know falls to pieces of all kinds)
 * within an eojeol, its trailing particles and endings left aside.
 *
 * A candidate is one word when its neighbours vary on both sides (branching entropy) and its parts keep together: the
 * normalised pointwise mutual information of its loosest joint is high.
 *
 * The same texts in the same order give the same suggestions.
 *
 * @example
 * ```ts
 * const suggester = new WordSuggester(tokenizer);
 * for (const text of texts) suggester.add(text);
 * suggester.suggest({ minCount: 10 });
 * ```
 */
export class WordSuggester {
  readonly #tokenizer: MecabTokenizer;
  readonly #candidates = new BoundedTable<Candidate>();
  readonly #tokens = new BoundedTable<Held>();
  #nTokens = 0;

  /** @throws {OptionError} when the tokenizer is none */
  constructor(tokenizer: MecabTokenizer) {
    checkMethod("tokenizer", tokenizer, "visit", "a MecabTokenizer");
    this.#tokenizer = tokenizer;
  }

  /**
   * Takes the candidates of a text, which should be in NFC, as texts are that a model sees.
   * @throws {OptionError} when the text is not a string
   */
  add(text: string): void {
    const tokens = this.#tokenizer.tokenize(text).flatMap(splitUnknown);
    for (let start = 0; start < tokens.length; ) {
      let end = start + 1;
      while (end < tokens.length && tokens[end]!.start === tokens[end - 1]!.end) end++;
      this.#addEojeol(tokens.slice(start, end));
      start = end;
    }
  }

  /**
   * The best suggestions so far: by falling score, then by surface.
   * @throws {OptionError} when a value breaks its constraint
   * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not known
   */
  suggest(options?: SuggestOptions): readonly WordSuggestion[] {
    const { minCount, minBranching, minNpmi, maxSuggestions } = resolveOptions(SUGGEST_SPEC, options, "");
    const found: WordSuggestion[] = [];
    for (const [surface, { count, parts, isCommon, left, right }] of this.#candidates.entries()) {
      if (count < minCount || this.#tokenizer.dictionary.wordIds(surface).length > 0) continue;
      const branching = Math.min(left.entropy(), right.entropy());
      if (branching < minBranching) continue;
      const npmi = this.#npmi(parts, count);
      if (npmi < minNpmi) continue;
      const score = Math.log(count) * branching * npmi;
      found.push({ surface, tag: isCommon ? "NNG" : "NNP", count, branching, npmi, score, parts });
    }
    found.sort((a, b) => b.score - a.score || (a.surface < b.surface ? -1 : 1));
    return found.slice(0, maxSuggestions);
  }

  #addEojeol(tokens: readonly MecabToken[]): void {
    for (const { surface } of tokens) this.#tokens.add(surface, (missed) => ({ count: 0, missed }));
    this.#nTokens += tokens.length;
    let end = tokens.length;
    while (end > 0 && (isSymbol(tokens[end - 1]!) || FUNCTIONAL.test(tokens[end - 1]!.tag))) end--;
    for (let start = 0; start < end; ) {
      let runEnd = start;
      while (runEnd < end && isInside(tokens[runEnd]!)) runEnd++;
      this.#addRun(tokens, start, runEnd);
      start = runEnd + 1;
    }
  }

  #addRun(tokens: readonly MecabToken[], runStart: number, runEnd: number): void {
    for (let start = runStart; start < runEnd; start++) {
      const startTag = tokens[start]!.tag;
      // A word may end in what looks like a particle, but one that begins so is mostly the rest of another.
      if (FUNCTIONAL.test(startTag)) continue;
      const longest = Math.min(runEnd, start + MAX_PARTS);
      for (let end = start + 2; end <= longest; end++) {
        if (tokens[end - 1]!.end - tokens[start]!.start > MAX_SURFACE_UNITS) break;
        this.#addCandidate(tokens, start, end);
      }
    }
  }

  #addCandidate(tokens: readonly MecabToken[], start: number, end: number): void {
    const sequence = tokens.slice(start, end);
    if (!sequence.some(({ tag }) => NOUN_TAGS.has(tag)) || sequence.every(({ tag }) => tag === "SL")) return;
    const parts = sequence.map(({ surface }) => surface);
    const candidate = this.#candidates.add(parts.join(""), (missed) => ({
      count: 0,
      missed,
      parts,
      isCommon: sequence.every(isCommonNoun),
      left: new Branches(),
      right: new Branches(),
    }));
    candidate.left.add(wordSurface(tokens[start - 1]));
    candidate.right.add(wordSurface(tokens[end]));
  }

  /**
   * Least over the joints of ln(p(xy) / (p(x) p(y))) / -ln p(xy), with x the parts before and y those after the joint.
   * @see Bouma 2009, "Normalized (Pointwise) Mutual Information in Collocation Extraction", eq. 4
   */
  #npmi(parts: readonly string[], count: number): number {
    let least = 1;
    for (let joint = 1; joint < parts.length; joint++) {
      const nLeft = this.#countOf(parts.slice(0, joint), count);
      const nRight = this.#countOf(parts.slice(joint), count);
      const information = Math.log((count * this.#nTokens) / (nLeft * nRight));
      least = Math.min(least, information / Math.log(this.#nTokens / count));
    }
    return least;
  }

  /** At least as often as the whole, also where it was forgotten or can't be a candidate. */
  #countOf(parts: readonly string[], least: number): number {
    const surface = parts.join("");
    const held = parts.length === 1 ? this.#tokens.get(surface) : this.#candidates.get(surface);
    return Math.max(least, held?.count ?? 0);
  }
}

/** A neighbour's surface; an eojeol's edge and a symbol are no neighbours. */
function wordSurface(token: MecabToken | undefined): string | null {
  return token === undefined || isSymbol(token) ? null : token.surface;
}

/**
 * An unknown token is a run of Hangul with its particles, so its syllables are taken one by one: what belongs together
 * shows in the counts.
 */
function splitUnknown(token: MecabToken): readonly MecabToken[] {
  if (token.tag !== "UNKNOWN") return [token];
  const { start, tag, wordId } = token;
  return Array.from(token.surface, (surface, i) => ({ surface, tag, wordId, start: start + i, end: start + i + 1 }));
}

function isSymbol({ tag }: MecabToken): boolean {
  return /^S[CEFPY]$|^SS[OC]$/.test(tag);
}

/** Single nouns such as 국 or 엔 are mostly debris of a name. */
function isCommonNoun({ tag, surface }: MecabToken): boolean {
  return AFFIX_TAGS.has(tag) || (tag === "NNG" && surface.length > 1);
}

function isInside({ tag, surface }: MecabToken): boolean {
  return NOUN_TAGS.has(tag) || (HANGUL_SYLLABLE.test(surface) && !NEVER_INSIDE.test(tag));
}

/**
 * The suggestions as entries with a cost at which each, standing alone, comes out whole: the default cost where that is
 * enough, else lowered by thousands, by 8,000 at most.
 */
export async function makeUserWords(
  dictionary: Dictionary,
  suggestions: readonly Pick<WordSuggestion, "surface" | "tag">[],
): Promise<readonly UserWord[]> {
  const parser = new UserWordParser(dictionary);
  let words = suggestions.map(
    ({ surface, tag }) => parser.parse([surface, tag], { source: "suggestions" }) as UserWord,
  );
  for (let step = 0; step < MAX_COST_STEPS; step++) {
    const tokenizer = new MecabTokenizer(await dictionary.withUserWords(words));
    const isWhole = words.map(({ surface }) => tokenizer.tokenize(surface).length === 1);
    if (isWhole.every(Boolean)) break;
    words = words.map((word, i) => (isWhole[i] ? word : { ...word, cost: word.cost - COST_STEP }));
  }
  return words;
}

/**
 * Lines of a user dictionary, in the short form: the cost only where it is not the default one, and what speaks for the
 * word as a comment.
 */
export function formatSuggestions(
  suggestions: readonly WordSuggestion[],
  words: readonly Pick<UserWord, "cost">[],
): string {
  let text = "";
  for (const [i, { surface, tag, count, branching, npmi, parts }] of suggestions.entries()) {
    const cost = words[i]!.cost === defaultCost(tag, "*") ? "" : String(words[i]!.cost);
    text += `${surface},${tag},${cost},# ${count} times; branching ${branching.toFixed(2)}; npmi ${npmi.toFixed(2)}; ${parts.join("+")}\n`;
  }
  return text;
}
