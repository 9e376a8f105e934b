/** An article unlike the others of its file. */
export interface Outlier {
  /** 0-based place of the article. */
  readonly article: number;
  /** Its length in characters, or the share of its letters that are Hangul. */
  readonly value: number;
}

export interface LengthSummary {
  /** UTF-16 units of the documents. */
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
  /** The most unusual first. */
  readonly outliers: readonly Outlier[];
}

export interface LanguageSummary {
  /** Share of all letters that are Hangul, in [0, 1]; null without any letter. */
  readonly hangulShare: number | null;
  /** Articles that are mostly in another script than nine tenths of the file; the furthest first. */
  readonly outliers: readonly Outlier[];
}

/** Modified z-scores above this are outliers. */
const MAX_MODIFIED_Z = 3.5;
/** Lengths within this factor of the median are usual, however alike the others are. */
const MIN_LENGTH_FACTOR = 3;
/** Makes the median absolute deviation of normal values their standard deviation: the 0.75 quantile of the normal distribution. */
const NORMAL_QUARTILE = 0.6745;
/** Letters below which nothing is said about a language. */
const MIN_LETTERS = 10;
/** Share of the articles that must agree on a script before others are outliers. */
const COMMON_SHARE = 0.9;

function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/**
 * Finds documents that are far longer or shorter than the others: 0.6745 |x − median| / MAD above 3.5, on the logarithms of
 * their lengths, and three times the median or a third of it.
 * @param documents at least one
 * @see Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers", section 5.4
 */
export function summarizeLengths(documents: readonly string[]): LengthSummary {
  const logs = Float64Array.from(documents, ({ length }) => Math.log(1 + length));
  const median = medianOf(logs.slice().sort());
  const deviations = logs.map((value) => Math.abs(value - median));
  const spread = medianOf(deviations.slice().sort());
  const outliers = documents
    .map((document, article) => ({ article, value: document.length }))
    .filter(
      ({ article }) =>
        (deviations[article] as number) >= Math.log(MIN_LENGTH_FACTOR) &&
        NORMAL_QUARTILE * (deviations[article] as number) > MAX_MODIFIED_Z * spread,
    )
    .sort((left, right) => (deviations[right.article] as number) - (deviations[left.article] as number));
  const lengths = Float64Array.from(documents, ({ length }) => length).sort();
  return {
    least: lengths[0] as number,
    median: medianOf(lengths),
    greatest: lengths[lengths.length - 1] as number,
    outliers,
  };
}

/** Finds documents that are mostly not in Hangul in a file that is, or the reverse. */
export function summarizeLanguages(documents: readonly string[]): LanguageSummary {
  let nLetters = 0;
  let nHangul = 0;
  const shares = documents.map((document) => {
    const letters = document.match(/\p{L}/gu)?.length ?? 0;
    const hangul = document.match(/\p{Script=Hangul}/gu)?.length ?? 0;
    nLetters += letters;
    nHangul += hangul;
    return letters < MIN_LETTERS ? null : Math.min(1, hangul / letters);
  });
  const known = shares.filter((share) => share !== null);
  const nMostlyHangul = known.filter((share) => share >= 0.5).length;
  const isHangul = nMostlyHangul >= COMMON_SHARE * known.length;
  const isOther = known.length - nMostlyHangul >= COMMON_SHARE * known.length;
  const outliers = shares
    .map((value, article) => ({ article, value }))
    .filter(
      (each): each is Outlier =>
        each.value !== null && ((isHangul && each.value < 0.5) || (isOther && !isHangul && each.value >= 0.5)),
    )
    .sort((left, right) => (isHangul ? left.value - right.value : right.value - left.value));
  return { hangulShare: nLetters === 0 ? null : Math.min(1, nHangul / nLetters), outliers };
}
