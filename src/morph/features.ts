/** The eight columns of a mecab-ko-dic entry; "*" stands for nothing, as in the dictionary. */
export interface Features {
  /** Part of speech; fused morphemes joined by "+". */
  readonly tag: string;
  /** Semantic class, e.g. 인명, 지명, 행위. */
  readonly semantic: string;
  /** "T" when the last syllable of the reading has a final consonant, "F" when not. */
  readonly final: string;
  /** Pronunciation in Hangul. */
  readonly reading: string;
  /** "Compound", "Inflect", "Preanalysis" or "*". */
  readonly type: string;
  readonly firstTag: string;
  readonly lastTag: string;
  /** Parts "form/tag/semantic" joined by "+". */
  readonly expression: string;
}

/** One line of features as mecab prints it. */
export function formatFeatures(features: Features): string {
  const { tag, semantic, final, reading, type, firstTag, lastTag, expression } = features;
  return `${tag},${semantic},${final},${reading},${type},${firstTag},${lastTag},${expression}`;
}

/** mecab's own layout: `surface TAB features` for each token, then `EOS`; every line ends with a line feed. */
export function formatMecab(tokens: Iterable<{ readonly surface: string; readonly features: Features }>): string {
  let text = "";
  for (const { surface, features } of tokens) text += `${surface}\t${formatFeatures(features)}\n`;
  return `${text}EOS\n`;
}
