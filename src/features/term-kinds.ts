import type { Vocabulary } from "./vocabulary.js";

const SLASH = 0x2f;

/**
 * `[nTerms]` what each term is made of: 1 for words, which have a "/" before their tags, 0 for character n-grams, which have
 * none. Linear in the units of the terms.
 */
export function termKindsOf(vocabulary: Vocabulary): Uint8Array {
  const { termUnits, termOffsets } = vocabulary.toUnits();
  return Uint8Array.from({ length: vocabulary.nTerms }, (_, column) =>
    termUnits.subarray(termOffsets[column], termOffsets[column + 1]).includes(SLASH) ? 1 : 0,
  );
}
