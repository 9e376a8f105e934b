/** Documents as kernels of terms take them, and their terms as strings; drawn so that n-grams repeat. */
import fc from "fast-check";
import { addCharNgrams } from "../../src/features/char-ngrams.js";
import { charWordsLimit, writeCharWords } from "../../src/features/char-words.js";
import type { TermRanges, WordKernel } from "../../src/kernels/terms.js";

/** A document: its words' terms, those that are in no n-gram, and its text. */
export interface Given {
  readonly words: readonly string[];
  readonly singles?: readonly string[];
  readonly text?: string;
}

/** Adds a term to the words of a kernel and returns its number. */
export function addWord(kernel: WordKernel, term: string): number {
  const units = kernel.wordInput(term.length);
  for (let i = 0; i < term.length; i++) units[i] = term.charCodeAt(i);
  return kernel.addWord(term.length);
}

/** A kernel that takes documents. */
interface DocumentKernel extends WordKernel {
  readonly units: Uint16Array;
  readonly words: Uint32Array;
  reserve(nUnits: number, nNumbers: number): void;
}

/** Writes a document to the buffers of a kernel; returns how many units of characters there are, none where there are no n-grams of them. */
export function writeDocument(
  kernel: DocumentKernel,
  { words, singles = [], text = "" }: Given,
  { characters }: TermRanges,
): number {
  const numbers = [...words, ...singles].map((term) => addWord(kernel, term));
  kernel.reserve(charWordsLimit(text.length), numbers.length);
  kernel.words.set(numbers);
  return characters === null ? 0 : writeCharWords(text, kernel.units);
}

/** All terms of a document, as often as they occur. */
export function termsOf({ words, singles = [], text = "" }: Given, ranges: TermRanges): readonly string[] {
  const terms = [...singles];
  const [shortest, longest] = ranges.words;
  for (let n = shortest; n <= longest; n++) {
    for (let first = 0; first + n <= words.length; first++) terms.push(words.slice(first, first + n).join(" "));
  }
  if (ranges.characters !== null) addCharNgrams(terms, text, ...ranges.characters);
  return terms;
}

const piece = fc.oneof(
  fc.constantFrom("한국", "은행", "AB", "İ", "Σ", "e\u0301", "7", "𝟘", "𐐀", "😀", "\ud83d", " ", "/", "-", "\0"),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
/** Few different words, so that n-grams repeat; some of four units, some with a unit of 0, and one that reads like a pair. */
const word = fc.oneof(
  fc.constantFrom("가/VV", "나라/NNG", "a/SL", "\0/SY", "x y/Z", "가/VV 나라/NNG"),
  text.map((surface) => `${surface}/T`),
);
export const range = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: least }), fc.integer({ min: 0, max: most - least }))
    .map(([n, more]) => [n, n + more] as const);
export const document = fc.record({
  words: fc.array(word, { maxLength: 12 }),
  singles: fc.array(word, { maxLength: 3 }),
  text,
});
