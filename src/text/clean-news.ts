import { checkText } from "../options/check-argument.js";
import { cleanText } from "./clean-text.js";
import { NEWS_PATTERNS, type NewsRule, type PlacedPattern, type RulePlace } from "./news-rules.js";
import { composeTraces, identityPlaces, type TracedText, traceCleanText } from "./traced-text.js";

/** A part of the text given that was taken out, in UTF-16 offsets [start, end). */
export interface RemovedRange {
  readonly start: number;
  readonly end: number;
  readonly rule: NewsRule;
}

/** `cleanNews(text)` with the place in the text given that each unit comes from, and what was taken out. */
export interface CleanedNews extends TracedText {
  /** By start, none overlapping another. */
  readonly removed: readonly RemovedRange[];
}

/** Longer than any pattern of `end` can match. */
export const END_WINDOW = 512;
/** Longest line that is looked at as a whole. */
export const MAX_LINE_LENGTH = 320;
/** What a `line-end` pattern may match. */
export const LINE_END_WINDOW = 80;

function patternsAt(place: RulePlace): readonly PlacedPattern[] {
  return NEWS_PATTERNS.filter((pattern) => pattern.place === place);
}

const ANYWHERE = patternsAt("anywhere");
const LINE = patternsAt("line");
const LINE_START = patternsAt("line-start");
const LINE_END = patternsAt("line-end");
const START = NEWS_PATTERNS.filter(({ place }) => place === "start" || place === "line-start");
const END = NEWS_PATTERNS.filter(({ place }) => place === "end" || place === "line-end");

/** Every pattern needs one of these; most headlines have none. */
const MAY_HOLD_BOILERPLATE =
  /[()[\]【】<>〈〉《》@ⓒ©▶▷►☞➡👉☎☏※■◆=＝|:：]|기자|특파원|통신원|리포터|에디터|[팀부국터]$|센터|본부|데스크|보$|저작권자|무단|eserved|ESERVED|opyright|OPYRIGHT|재배포|학습|제보|관련|면$|면에|계속|구독|팔로우|추가|우울감|[이본해당] ?(?:기사|콘텐츠|뉴스|보도)|니다\.?$|www\.|송고|입력|수정|승인|등록|게재|전화|TEL|Tel/u;

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly rule: NewsRule;
}

function isSpace(text: string, index: number): boolean {
  const unit = text[index];
  return unit === " " || unit === "\n";
}

/** Ends of the longest text without white space at its ends within [start, end). */
function trim(text: string, start: number, end: number): readonly [start: number, end: number] {
  let from = start;
  let to = end;
  while (from < to && isSpace(text, from)) from++;
  while (to > from && isSpace(text, to - 1)) to--;
  return [from, to];
}

/** Length of the match of a sticky pattern at a place; 0 when there is none. */
function matchAt({ pattern }: PlacedPattern, text: string, start: number): number {
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  return match === null ? 0 : match[0].length;
}

/** Takes what the patterns match off the head of [start, end) until none does; returns the new start, at most `limit`. */
function cutHead(
  patterns: readonly PlacedPattern[],
  text: string,
  start: number,
  end: number,
  limit: number,
  cuts: Cut[],
): number {
  let from = start;
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const pattern of patterns) {
      while (from < end && isSpace(text, from)) from++;
      const nUnits = matchAt(pattern, text, from);
      if (nUnits === 0 || from + nUnits > limit) continue;
      cuts.push({ start: from, end: from + nUnits, rule: pattern.rule });
      from += nUnits;
      isChanged = true;
    }
  }
  return from;
}

/** Takes what the patterns match off the tail of [start, end) until none does, but never all; returns the new end. */
function cutTail(
  patterns: readonly PlacedPattern[],
  windowLength: number,
  text: string,
  start: number,
  end: number,
  cuts: Cut[],
): number {
  let to = end;
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const { pattern, hint, rule } of patterns) {
      while (to > start && isSpace(text, to - 1)) to--;
      const from = Math.max(start, to - windowLength);
      const window = text.slice(from, to);
      if (!hint.test(window)) continue;
      const match = pattern.exec(window);
      // At the window's first unit "^" holds although text may stand before it.
      if (match === null || match[0] === "" || match.index === 0) continue;
      cuts.push({ start: from + match.index, end: to, rule });
      to = from + match.index;
      isChanged = true;
    }
  }
  return to;
}

/** True where a bracket opened before `index` on the way to it is not closed: what stands there is part of something larger. */
class OpenBrackets {
  readonly #text: string;
  #index = 0;
  #isParenthesisOpen = false;
  #isAngleOpen = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Indices must rise from call to call. */
  isOpenAt(index: number): boolean {
    for (; this.#index < index; this.#index++) {
      const unit = this.#text[this.#index];
      if (unit === "(" || unit === "[" || unit === "【") this.#isParenthesisOpen = true;
      else if (unit === ")" || unit === "]" || unit === "】") this.#isParenthesisOpen = false;
      else if (unit === "<") this.#isAngleOpen = true;
      else if (unit === ">") this.#isAngleOpen = false;
    }
    return this.#isParenthesisOpen || this.#isAngleOpen;
  }
}

function findAnywhere(text: string): Cut[] {
  const cuts: Cut[] = [];
  for (const { pattern, rule } of ANYWHERE) {
    if (text.search(pattern) < 0) continue;
    const brackets = new OpenBrackets(text);
    for (const match of text.matchAll(pattern)) {
      if (match[0] !== "" && !brackets.isOpenAt(match.index))
        cuts.push({ start: match.index, end: match.index + match[0].length, rule });
    }
  }
  return cuts;
}

function findInLines(text: string): Cut[] {
  const cuts: Cut[] = [];
  if (!text.includes("\n")) return cuts;
  for (let begin = 0; begin <= text.length; ) {
    const next = text.indexOf("\n", begin);
    const lineEnd = next < 0 ? text.length : next;
    const [start, end] = trim(text, begin, lineEnd);
    begin = lineEnd + 1;
    if (start === end) continue;
    const line = end - start <= MAX_LINE_LENGTH ? text.slice(start, end) : null;
    const whole = line === null ? undefined : LINE.find(({ pattern, hint }) => hint.test(line) && pattern.test(line));
    if (whole !== undefined) {
      cuts.push({ start, end, rule: whole.rule });
      continue;
    }
    const from = cutHead(LINE_START, text, start, end, end, cuts);
    cutTail(LINE_END, LINE_END_WINDOW, text, from, end, cuts);
  }
  return cuts;
}

function findAtEnds(text: string): Cut[] {
  const cuts: Cut[] = [];
  // Something is left: a text that is one tag is no less a text.
  const start = cutHead(START, text, 0, text.length, text.length - 1, cuts);
  cutTail(END, END_WINDOW, text, start, text.length, cuts);
  return cuts;
}

/** Text under work: its units are those of `source` at `places`. */
interface Remainder {
  readonly text: string;
  readonly places: Uint32Array;
}

/** Takes the cuts out. White space around a cut becomes one break or space; without any, a space keeps two words apart. */
function applyCuts(remainder: Remainder, cuts: readonly Cut[]): Remainder {
  const { text, places } = remainder;
  const sorted = [...cuts].sort((left, right) => left.start - right.start);
  let kept = "";
  const keptPlaces = new Uint32Array(text.length);
  const keep = (start: number, end: number): void => {
    keptPlaces.set(places.subarray(start, end), kept.length);
    kept += text.slice(start, end);
  };
  let done = 0;
  for (const { start, end } of sorted) {
    if (end <= done) continue;
    const [, before] = trim(text, done, Math.max(start, done));
    let after = end;
    while (after < text.length && isSpace(text, after)) after++;
    keep(done, before);
    done = after;
    if (kept === "" || after === text.length) continue;
    const gap = text.slice(before, after);
    const isPunctuation = /[.,!?)\]”’"']/.test(text[after] as string);
    if (after === end && isPunctuation) continue;
    keptPlaces[kept.length] = places[before] as number;
    kept += gap.includes("\n") ? "\n" : " ";
  }
  keep(done, text.length);
  const [from, to] = trim(kept, 0, kept.length);
  return { text: kept.slice(from, to), places: keptPlaces.subarray(from, to) };
}

/** Drops ranges inside of others and shortens those that overlap, so that none does. */
function separate(ranges: readonly RemovedRange[]): readonly RemovedRange[] {
  const sorted = [...ranges].sort((left, right) => left.start - right.start || right.end - left.end);
  const apart: RemovedRange[] = [];
  let end = 0;
  for (const range of sorted) {
    if (range.end <= end) continue;
    apart.push(range.start < end ? { ...range, start: end } : range);
    end = range.end;
  }
  return apart;
}

/** Line breaks, table cells and block elements. */
const BREAK =
  /[\n\r\t\v\f\u0085\u2028\u2029]|(?:<|lt;)\s*(?:\/\s*)?(?:br|p|div|li|ul|ol|tr|td|th|table|h[1-6]|hr|dd|dt|dl|figcaption|figure|caption|blockquote)\b/i;

/** The cleaned text with "\n" for each space that was a break in the source. */
function withBreaks(source: string, { text, starts, ends }: TracedText): string {
  if (!BREAK.test(source)) return text;
  const units: string[] = [];
  let done = 0;
  for (let space = text.indexOf(" "); space >= 0; space = text.indexOf(" ", space + 1)) {
    // Both ends exist: cleaned text neither begins nor ends in a space.
    const gap = source.slice(ends[space - 1] as number, starts[space + 1] as number);
    if (!BREAK.test(gap)) continue;
    units.push(text.slice(done, space), "\n");
    done = space + 1;
  }
  units.push(text.slice(done));
  return units.join("");
}

/** What the rules leave of cleaned text; the same object when they find nothing. */
function removeBoilerplate(source: string, cleaned: TracedText, removed: RemovedRange[]): TracedText {
  const { text, starts, ends } = cleaned;
  if (!MAY_HOLD_BOILERPLATE.test(text) && !BREAK.test(source)) return cleaned;
  let remainder: Remainder = {
    text: withBreaks(source, cleaned),
    places: identityPlaces(text.length),
  };
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const find of [findAnywhere, findInLines, findAtEnds]) {
      const cuts = find(remainder.text);
      if (cuts.length === 0) continue;
      isChanged = true;
      for (const cut of cuts) {
        const [start, end] = trim(remainder.text, cut.start, cut.end);
        const first = remainder.places[start] as number;
        const last = remainder.places[end - 1] as number;
        removed.push({ start: starts[first] as number, end: ends[last] as number, rule: cut.rule });
      }
      remainder = applyCuts(remainder, cuts);
    }
  }
  if (remainder.text.length === text.length) return cleaned;
  const { places } = remainder;
  const rest = { text: remainder.text.replaceAll("\n", " "), starts: places, ends: places.map((place) => place + 1) };
  return composeTraces(rest, cleaned);
}

/**
 * `cleanText(text)` without what agencies, publishers and crawlers put around an article, where each unit comes from, and
 * what was taken out.
 *
 * `NEWS_RULES` lists what is taken out. The rules hold at the head and the tail of the text and on lines of their own; only
 * sources of pictures in brackets, speakers behind a sentence and rests of known scripts are found anywhere. Words inside
 * running text stay: "무단 접속", "신동해 기자는 …".
 *
 * The text is a fixed point: cleaning it again takes nothing more out. Linear time. A text of nothing but boilerplate gives "".
 * @throws {OptionError} when the text is not a string
 */
export function traceCleanNews(text: string): CleanedNews {
  checkText("text", text);
  const removed: RemovedRange[] = [];
  let cleaned = traceCleanText(text);
  for (;;) {
    const rest = removeBoilerplate(text, cleaned, removed);
    if (rest === cleaned) return { ...rest, removed: separate(removed) };
    // What is gone may have kept a reference from being decoded: "a@b.kr amp;" holds the word, " amp;" the sign.
    cleaned = composeTraces(traceCleanText(rest.text), rest);
  }
}

/**
 * The text of `traceCleanNews`.
 * @throws {OptionError} when the text is not a string
 */
export function cleanNews(text: string): string {
  checkText("text", text);
  if (!MAY_HOLD_BOILERPLATE.test(text) && !BREAK.test(text)) return cleanText(text);
  return traceCleanNews(text).text;
}
