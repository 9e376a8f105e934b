import { checkText } from "../options/check-argument.js";
import { NEEDS_WORK } from "./clean-text.js";
import { CleaningStack } from "./cleaning-stack.js";
import { normalizeText } from "./normalize-text.js";

/** A text made from another one, and where each of its UTF-16 units comes from. */
export interface TracedText {
  readonly text: string;
  /** `[text.length]` first unit of the source that unit i stands for. */
  readonly starts: Uint32Array;
  /** `[text.length]` unit behind the last one of the source that unit i stands for. */
  readonly ends: Uint32Array;
}

/** The places of `nUnits` units that stand for themselves. */
export function identityPlaces(nUnits: number): Uint32Array {
  const places = new Uint32Array(nUnits);
  for (let i = 0; i < nUnits; i++) places[i] = i;
  return places;
}

/** The trace of a text that was not changed. */
function untouched(text: string): TracedText {
  const starts = identityPlaces(text.length);
  const ends = new Uint32Array(text.length);
  for (let i = 0; i < ends.length; i++) ends[i] = i + 1;
  return { text, starts, ends };
}

/** The trace of `later`, which was made from `earlier.text`, back to the source of `earlier`. */
export function composeTraces(later: TracedText, earlier: TracedText): TracedText {
  const nUnits = later.text.length;
  const starts = new Uint32Array(nUnits);
  const ends = new Uint32Array(nUnits);
  for (let i = 0; i < nUnits; i++) {
    starts[i] = earlier.starts[later.starts[i] as number] as number;
    ends[i] = earlier.ends[(later.ends[i] as number) - 1] as number;
  }
  return { text: later.text, starts, ends };
}

/** Marks and jamo, which NFC may join to the character before them. */
const JOINING = /^[\p{M}\u1160-\u11ff]$/u;

/** Yields each character with the marks and jamo behind it. No pattern does: engines run out of memory on millions of marks. */
function* composingPieces(text: string): Generator<{ readonly piece: string; readonly index: number }, void> {
  let start = 0;
  let end = 0;
  for (const character of text) {
    if (end > start && !JOINING.test(character)) {
      yield { piece: text.slice(start, end), index: start };
      start = end;
    }
    end += character.length;
  }
  if (end > start) yield { piece: text.slice(start, end), index: start };
}

/** The trace of `composed`, which is `text.normalize("NFC")`; a character that was composed stands for all it was composed of. */
function traceNfc(text: string, composed: string): TracedText {
  const starts = new Uint32Array(composed.length);
  const ends = new Uint32Array(composed.length);
  let nUnits = 0;
  let joined = "";
  for (const { piece, index } of composingPieces(text)) {
    const result = normalizeText(piece);
    const isSame = result === piece;
    for (let i = 0; i < result.length && nUnits < composed.length; i++, nUnits++) {
      starts[nUnits] = isSame ? index + i : index;
      ends[nUnits] = isSame ? index + i + 1 : index + piece.length;
    }
    joined += result;
  }
  if (joined === composed) return { text: composed, starts, ends };
  // A later Unicode may join letters that are no marks (Kirat Rai, Unicode 16): then the whole stands for the whole.
  return { text: composed, starts: starts.fill(0), ends: ends.fill(text.length) };
}

/**
 * `cleanText(text)` with the place in `text` that each unit comes from. Linear time.
 * @throws {OptionError} when the text is not a string
 */
export function traceCleanText(text: string): TracedText {
  checkText("text", text);
  if (!NEEDS_WORK.test(text)) return untouched(text);
  const composed = normalizeText(text);
  const stack = new CleaningStack(composed.length, true);
  stack.pushText(composed);
  let cleaned: TracedText = { text: stack.toString(), ...stack.trace() };
  if (composed !== text) cleaned = composeTraces(cleaned, traceNfc(text, composed));
  const result = normalizeText(cleaned.text);
  return result === cleaned.text ? cleaned : composeTraces(traceNfc(cleaned.text, result), cleaned);
}
