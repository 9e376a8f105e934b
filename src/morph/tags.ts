/** Part-of-speech tags of mecab-ko-dic. */

/** Tags that carry what a text is about: nouns, numerals apart, predicates, roots, general adverbs, foreign words. */
const CONTENT_TAGS: ReadonlySet<string> = new Set(["NNG", "NNP", "VV", "VA", "XR", "MAG", "SL", "SH"]);

/** Whether the tag, or the first part of a fused one, is a content tag: "VV+EC" is, "JKS" is not. */
export function isContentTag(tag: string): boolean {
  const plus = tag.indexOf("+");
  return CONTENT_TAGS.has(plus < 0 ? tag : tag.slice(0, plus));
}
