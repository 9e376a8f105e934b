import { decodeHTMLStrict } from "entities/decode";

const SPACE = 0x20;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const NUMBER_SIGN = 0x23;
const REPLACEMENT_CHARACTER = 0xfffd;

/** The only mark that NFC joins to "<" or ">". */
const LONG_SOLIDUS_OVERLAY = 0x338;

/** Longest name between "&" and ";" that is looked up; the longest HTML name, CounterClockwiseContourIntegral, has 31 letters. */
const MAX_NAME_LENGTH = 32;

/** Arguments of one call; far below the limits of engines. */
const MAX_ARGUMENTS = 8192;

/** Spaces and separators, the line-breaking controls, and the two Hangul fillers, which print as blanks. Not U+FEFF, which `\s` holds. */
const WHITE_SPACE = /[\p{Z}\t-\r\u{85}\u{3164}\u{FFA0}]/u;

/** C0 and C1 controls and invisible format characters: zero-width ones, soft hyphens, byte order marks, direction marks, tags. */
const REMOVED = /[\p{Cc}\p{Cf}]/u;

/**
 * Names that lost their ampersand in a double-escaped export and are no words of their own.
 * "amp" is missing on purpose: it is also a word, so it has rules of its own.
 */
const STRIPPED_REFERENCES: ReadonlyMap<string, string> = new Map([
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["lt", "<"],
  ["gt", ">"],
  ["#34", '"'],
  ["#034", '"'],
  ["#39", "'"],
  ["#039", "'"],
]);

/** HTML elements that break the line: their tags become a space. */
const BLOCK_ELEMENTS: ReadonlySet<string> = new Set(
  "blockquote br caption center dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr iframe img li ol p pre table tbody td th thead tr ul".split(
    " ",
  ),
);

/** HTML elements inside a line: their tags vanish, because Korean particles stand directly behind them. */
const INLINE_ELEMENTS: ReadonlySet<string> = new Set(
  "a b em font i mark s small span strike strong sub sup u".split(" "),
);

const KEPT = 1;
const SPACING = 2;
const INVISIBLE = 3;

/** What the two patterns say of each code point below U+10000, filled as characters are met; 0 is "not met yet". */
const knownKinds = new Uint8Array(0x10000);

function kindOf(point: number): number {
  const known = point <= 0xffff ? (knownKinds[point] as number) : 0;
  if (known !== 0) return known;
  const character = String.fromCodePoint(point);
  const kind = WHITE_SPACE.test(character) ? SPACING : REMOVED.test(character) ? INVISIBLE : KEPT;
  if (point <= 0xffff) knownKinds[point] = kind;
  return kind;
}

/** What a bracketed text is replaced by, or null when it is not clearly markup; `inside` excludes the brackets. */
function replaceMarkup(inside: string): "" | " " | null {
  if (inside.startsWith("!--") && inside.endsWith("--")) return " ";
  const match = /^(\/?)([A-Za-z]{1,10}[1-6]?)(?=$|[ /])/.exec(inside);
  if (match === null) return null;
  const [head, slash, name] = match as unknown as [string, string, string];
  const rest = inside.slice(head.length);
  const hasAttributes = rest.startsWith(" ") && rest.includes("=");
  if (!hasAttributes && rest.trim() !== "" && rest.trim() !== "/") return null;
  // "<A>" and "<B>" head lists and quote sources in Korean news; markup of one capital counts only where it closes or has attributes.
  if (/^[A-Z]$/.test(name) && slash === "" && !hasAttributes) return null;
  const element = name.toLowerCase();
  if (BLOCK_ELEMENTS.has(element)) return " ";
  return INLINE_ELEMENTS.has(element) ? "" : null;
}

function isDigitOrLetter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || isUpperCase(code) || (code >= 0x61 && code <= 0x7a);
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

/** True for code units that are kept wherever they stand; the rest goes through `push`. */
function isPlain(code: number): boolean {
  if (code < 0x7f) return code > SPACE && code !== SEMICOLON && code !== GREATER_THAN && !isUpperCase(code);
  return (code >= 0xac00 && code <= 0xd7a3) || (code >= 0x4e00 && code <= 0x9fff);
}

/**
 * Cleaned text under construction, one character at a time.
 *
 * Every rule looks only at the character being pushed and at what lies below it, and whatever a rule puts in place of the
 * text it takes away is pushed through the same rules. So each kept character was kept on top of exactly the text that
 * precedes it in the result, and cleaning the result again changes nothing. The text never grows: each replacement is
 * shorter than what it replaces. Looking back stops at the previous ";", "<" or ">", so the work is linear.
 */
export class CleaningStack {
  readonly #units: Uint16Array;
  /** Where each unit comes from in the text pushed, [start, end); null when nobody asks. */
  readonly #starts: Uint32Array | null;
  readonly #ends: Uint32Array | null;
  #nUnits = 0;
  #nLookBacks = 0;
  /** Of the character being pushed, or of the text that it replaces. */
  #sourceStart = 0;
  #sourceEnd = 0;

  /**
   * @param capacity code units of the longest text that will be pushed
   * @param isTraced whether `trace` will be asked
   */
  constructor(capacity: number, isTraced = false) {
    this.#units = new Uint16Array(capacity);
    this.#starts = isTraced ? new Uint32Array(capacity) : null;
    this.#ends = isTraced ? new Uint32Array(capacity) : null;
  }

  /** Code units read while looking back; grows linearly with the text. */
  get nLookBacks(): number {
    return this.#nLookBacks;
  }

  /** Appends a text in NFC; lone surrogates become U+FFFD. */
  pushText(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this.#sourceStart = i;
      this.#sourceEnd = i + 1;
      if (isPlain(code)) {
        this.#appendUnit(code);
        continue;
      }
      const point = text.codePointAt(i) as number;
      if (point > 0xffff) {
        i++;
        this.#sourceEnd++;
      }
      this.#push(point >= 0xd800 && point <= 0xdfff ? REPLACEMENT_CHARACTER : point);
    }
  }

  /** The text so far, without a space at its end. */
  toString(): string {
    return this.#slice(0, this.#length());
  }

  /** For each unit of `toString()` where it comes from in the text pushed, as UTF-16 offsets [start, end). */
  trace(): { readonly starts: Uint32Array; readonly ends: Uint32Array } {
    if (this.#starts === null || this.#ends === null) throw new Error("Bug: this stack keeps no trace");
    return { starts: this.#starts.subarray(0, this.#length()), ends: this.#ends.subarray(0, this.#length()) };
  }

  #length(): number {
    const isSpaceLast = this.#nUnits > 0 && this.#units[this.#nUnits - 1] === SPACE;
    return isSpaceLast ? this.#nUnits - 1 : this.#nUnits;
  }

  #push(point: number): void {
    if (point === SEMICOLON) {
      this.#pushSemicolon();
    } else if (point === GREATER_THAN) {
      this.#pushGreaterThan();
    } else if (isUpperCase(point)) {
      this.#pushUpperCase(point);
    } else if (isPlain(point)) {
      this.#append(point);
    } else {
      const kind = kindOf(point);
      if (kind === SPACING) this.#pushSpace();
      else if (kind === KEPT && !(point === LONG_SOLIDUS_OVERLAY && this.#wouldHideBracket())) this.#append(point);
    }
  }

  /**
   * True where an overlay could join a bracket, at once or after NFC has put the marks between them behind it. In composed
   * text that happens only where something between them was taken out; a bracket that then vanished would change what
   * the next ">" meets. An overlay on another mark or on a pair of surrogates goes too: telling whether a bracket lies below could take long.
   */
  #wouldHideBracket(): boolean {
    const below = this.#at(this.#nUnits - 1);
    return below === LESS_THAN || below === GREATER_THAN || /[\p{M}\p{Cs}]/u.test(String.fromCharCode(below));
  }

  #pushSpace(): void {
    if (this.#nUnits > 0 && this.#units[this.#nUnits - 1] !== SPACE) this.#append(SPACE);
  }

  /** "R", "amp;" and another capital are an ampersand that was escaped twice and stripped once: R&D, S&P, AT&T, M&A. */
  #pushUpperCase(point: number): void {
    const end = this.#nUnits;
    if (this.#units[end - 1] === SEMICOLON && isUpperCase(this.#at(end - 5)) && this.#slice(end - 4, end) === "amp;") {
      const letterStart = this.#sourceStart;
      const letterEnd = this.#sourceEnd;
      if (this.#starts !== null && this.#ends !== null) {
        this.#sourceStart = this.#starts[end - 4] as number;
        this.#sourceEnd = this.#ends[end - 1] as number;
      }
      this.#nUnits = end - 4;
      this.#append(AMPERSAND);
      this.#sourceStart = letterStart;
      this.#sourceEnd = letterEnd;
    }
    this.#append(point);
  }

  #pushSemicolon(): void {
    const end = this.#nUnits;
    let start = end;
    while (end - start < MAX_NAME_LENGTH && isDigitOrLetter(this.#lookBack(start - 1))) start--;
    if (this.#lookBack(start - 1) === NUMBER_SIGN) start--;
    if (start === end) {
      this.#append(SEMICOLON);
      return;
    }
    const name = this.#slice(start, end);
    if (this.#at(start - 1) === AMPERSAND) {
      this.#replaceReference(name, start - 1);
    } else if (start >= 4 && this.#slice(start - 4, start) === "amp;") {
      this.#replaceReference(name, start - 4);
    } else if (name === "amp") {
      const before = this.#at(start - 1) === SPACE ? this.#at(start - 2) : this.#at(start - 1);
      // Behind a Latin word or a number it may be the English word: "a guitar amp; a drum".
      if (isDigitOrLetter(before)) this.#append(SEMICOLON);
      else this.#replace(start, "&");
    } else {
      const character = STRIPPED_REFERENCES.get(name);
      if (character === undefined) this.#append(SEMICOLON);
      else this.#replace(start, character);
    }
  }

  /** Decodes "&name;" in place of the units from `from`, or keeps them when there is no such character. */
  #replaceReference(name: string, from: number): void {
    const reference = `&${name};`;
    const decoded = decodeHTMLStrict(reference);
    if (decoded === reference) this.#append(SEMICOLON);
    else this.#replace(from, decoded.normalize("NFC"));
  }

  #pushGreaterThan(): void {
    let start = this.#nUnits - 1;
    let code = this.#lookBack(start);
    while (start >= 0 && code !== LESS_THAN && code !== GREATER_THAN) code = this.#lookBack(--start);
    const replacement = code === LESS_THAN ? replaceMarkup(this.#slice(start + 1, this.#nUnits)) : null;
    if (replacement === null) this.#append(GREATER_THAN);
    else this.#replace(start, replacement);
  }

  #replace(from: number, replacement: string): void {
    if (this.#starts !== null && from < this.#nUnits) this.#sourceStart = this.#starts[from] as number;
    this.#nUnits = from;
    for (const character of replacement) this.#push(character.codePointAt(0) as number);
  }

  #append(point: number): void {
    if (point <= 0xffff) {
      this.#appendUnit(point);
    } else {
      this.#appendUnit(0xd800 + ((point - 0x10000) >> 10));
      this.#appendUnit(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }

  #appendUnit(code: number): void {
    if (this.#starts !== null && this.#ends !== null) {
      this.#starts[this.#nUnits] = this.#sourceStart;
      this.#ends[this.#nUnits] = this.#sourceEnd;
    }
    this.#units[this.#nUnits++] = code;
  }

  /** The unit at `index`, or 0 (which is never kept) before the first. */
  #at(index: number): number {
    return index < 0 ? 0 : (this.#units[index] as number);
  }

  #lookBack(index: number): number {
    this.#nLookBacks++;
    return this.#at(index);
  }

  #slice(start: number, end: number): string {
    let text = "";
    for (let i = start; i < end; i += MAX_ARGUMENTS) {
      const units = this.#units.subarray(i, Math.min(i + MAX_ARGUMENTS, end));
      // apply reads any array-like value, for which its type has no word; spreading would go through an iterator.
      text += String.fromCharCode.apply(null, units as unknown as number[]);
    }
    return text;
  }
}
