/**
 * Finds marks in a row of which no writing system needs so many. Of a hostile text an engine may sort millions, by a method
 * that takes the square of their number.
 */
const LONG_RUN = /\p{M}{64}/u;
const MARK = /^\p{M}$/u;
/** Looks are this far apart: one of them falls into every long run. */
const UNITS_BETWEEN_LOOKS = 64;
/** Below it are no marks, and Hangul syllables, most of a Korean text, are none either. */
const FIRST_MARK = 0x300;
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;

/** Whether there is a run of 64 marks, without a look at each character of a text that has none. */
function hasLongRun(text: string): boolean {
  for (let i = 0; i < text.length; i += UNITS_BETWEEN_LOOKS) {
    const unit = text.charCodeAt(i);
    if (unit < FIRST_MARK || (unit >= FIRST_SYLLABLE && unit <= LAST_SYLLABLE)) continue;
    // Within a pair of surrogates the look may fall on either half.
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    if (isSurrogate || MARK.test(text[i] as string)) return LONG_RUN.test(text);
  }
  return false;
}

/** A mark below all that follow a letter (class 1), and one above most (class 230). */
const LOW = "\u0334";
const HIGH = "\u0301";

/** Whether the engine puts `second` before `first`: both have a class, and that of `first` is higher. */
function isOutOfOrder(first: string, second: string): boolean {
  return (first + second).normalize("NFD") !== first + second;
}

/** Whether a mark that has no decomposition takes part in the ordering: its combining class is not 0. */
function isOrdered(mark: string): boolean {
  return isOutOfOrder(mark, LOW) || isOutOfOrder(HIGH, mark);
}

/** Ranks of the marks by combining class; those of class 0, which are never moved, have none. */
function rankMarks(marks: ReadonlySet<string>): ReadonlyMap<string, number> {
  const ordered = [...marks].filter(isOrdered);
  ordered.sort((a, b) => (isOutOfOrder(a, b) ? 1 : isOutOfOrder(b, a) ? -1 : 0));
  const ranks = new Map<string, number>();
  let rank = 0;
  for (const [i, mark] of ordered.entries()) {
    if (i > 0 && isOutOfOrder(mark, ordered[i - 1] as string)) rank++;
    ranks.set(mark, rank);
  }
  return ranks;
}

/**
 * The text with its marks in canonical order: stable, by combining class, between characters of class 0. JavaScript does not
 * tell the class of a mark, but the engine's treatment of two of them tells which is higher.
 */
function sortMarks(text: string): string {
  /** Each different character, and the marks it consists of; itself when it is no mark. */
  const pieces = new Map<string, readonly string[]>();
  const marks = new Set<string>();
  for (const character of text) {
    if (pieces.has(character)) continue;
    const piece = MARK.test(character) ? [...character.normalize("NFD")] : [character];
    pieces.set(character, piece);
    if (MARK.test(character)) for (const mark of piece) marks.add(mark);
  }
  const ranks = rankMarks(marks);
  const buckets: string[][] = Array.from(new Set(ranks.values()), () => []);
  const sorted: string[] = [];
  let isSorting = false;
  const flush = (): void => {
    for (const bucket of buckets) for (const mark of bucket.splice(0)) sorted.push(mark);
    isSorting = false;
  };
  for (const character of text) {
    for (const part of pieces.get(character) as readonly string[]) {
      const rank = ranks.get(part);
      if (rank !== undefined) {
        (buckets[rank] as string[]).push(part);
        isSorting = true;
      } else {
        if (isSorting) flush();
        sorted.push(part);
      }
    }
  }
  flush();
  return sorted.join("");
}

/**
 * Returns `text.normalize(form)`, also for texts made to keep an engine busy: time is linear in the length of the text, where
 * that of the engines' own method grows with the square of the number of combining marks in a row.
 *
 * @see Unicode Standard, section 3.11, Canonical Ordering Algorithm (D108, D109)
 */
export function normalizeText(text: string, form: "NFC" | "NFKC" = "NFC"): string {
  return (hasLongRun(text) ? sortMarks(text) : text).normalize(form);
}
