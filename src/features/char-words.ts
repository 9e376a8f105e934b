/** The words of a text that have character n-grams, as units of a buffer. */

/** A letter, a mark of one, or a digit; all else ends a word. As in char-ngrams.ts. */
const WORD_CHARACTER = /^[\p{L}\p{M}\p{N}]$/u;
const SPACE = 0x20;

const UNKNOWN = 0;
const IN_WORD = 1;
const BETWEEN_WORDS = 2;
/** The lower case may be another unit, or the unit is half of a pair: the text has to be looked at as a whole. */
const NOT_PLAIN = 4;

/** By UTF-16 unit, filled in as units are met: asking the expression for all would take longer than a short run. */
const CLASSES = new Uint8Array(0x10000);

function classify(unit: number): number {
  const character = String.fromCharCode(unit);
  const isPlain = (unit & 0xf800) !== 0xd800 && character.toLowerCase() === character;
  const found = (WORD_CHARACTER.test(character) ? IN_WORD : BETWEEN_WORDS) | (isPlain ? 0 : NOT_PLAIN);
  CLASSES[unit] = found;
  return found;
}

function classOf(unit: number): number {
  const known = CLASSES[unit] as number;
  return known === UNKNOWN ? classify(unit) : known;
}

/** Units that `writeCharWords` may write for a text of so many: "İ" alone becomes longer, and a space stands before the first word and after the last. */
export function charWordsLimit(nUnits: number): number {
  return 2 * nUnits + 2;
}

/**
 * Writes the words of a text, lower-cased, with one space before each and after the last; returns the number of units, 0
 * for a text without words.
 * @param units has room for `charWordsLimit(text.length)` of them
 */
export function writeCharWords(text: string, units: Uint16Array): number {
  units[0] = SPACE;
  let nUnits = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const unitClass = classOf(unit);
    if ((unitClass & NOT_PLAIN) !== 0) return writeAnyWords(text.toLowerCase(), units);
    if (unitClass === IN_WORD) units[nUnits++] = unit;
    else if (units[nUnits - 1] !== SPACE) units[nUnits++] = SPACE;
  }
  return endWords(units, nUnits);
}

/** {@link writeCharWords} for any text that is in lower case already. */
function writeAnyWords(text: string, units: Uint16Array): number {
  let nUnits = 1;
  for (let i = 0; i < text.length; ) {
    const width = wordCharacterUnits(text, i);
    if (width === 0) {
      if (units[nUnits - 1] !== SPACE) units[nUnits++] = SPACE;
      i++;
    }
    for (let k = 0; k < width; k++) units[nUnits++] = text.charCodeAt(i++);
  }
  return endWords(units, nUnits);
}

function endWords(units: Uint16Array, nUnits: number): number {
  if (units[nUnits - 1] === SPACE) return nUnits === 1 ? 0 : nUnits;
  units[nUnits] = SPACE;
  return nUnits + 1;
}

/** Units of the word character at a place: 0 where there is none, 2 for a pair of surrogates. */
function wordCharacterUnits(text: string, place: number): number {
  const unit = text.charCodeAt(place);
  if (unit >= 0xd800 && unit < 0xdc00) {
    const codePoint = text.codePointAt(place) as number;
    return codePoint > 0xffff && WORD_CHARACTER.test(String.fromCodePoint(codePoint)) ? 2 : 0;
  }
  return (classOf(unit) & IN_WORD) !== 0 ? 1 : 0;
}
