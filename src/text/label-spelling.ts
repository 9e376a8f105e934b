import type { Label, LabeledArticle } from "./article.js";
import { normalizeText } from "./normalize-text.js";

/** A spelling that was replaced, and by what. */
export interface MergedLabel {
  readonly spelling: Label;
  readonly label: Label;
  readonly nArticles: number;
}

/** Punctuation that is no part of a name; "#" is one (C#). */
const PUNCTUATION = /[^\P{P}#]/u;

function isDigit(character: string | undefined): boolean {
  return character !== undefined && /\p{Nd}/u.test(character);
}

/**
 * Returns what all spellings of a label have in common: its characters in NFKC without white space and punctuation.
 *
 * Thus 생활/문화 is 생활문화, "ＩＴ／과학 " is IT과학, whatever the composition. Punctuation between digits stays, since 1-1 is not 11,
 * and so do symbols: 경제>증권 is another label than 경제증권. A label of punctuation alone is its own key.
 */
export function labelKey(label: Label): string {
  const characters = [...normalizeText(label, "NFKC").replace(/\s+/gu, "")];
  const kept = characters.filter(
    (character, i) => !PUNCTUATION.test(character) || (isDigit(characters[i - 1]) && isDigit(characters[i + 1])),
  );
  return (kept.length > 0 ? kept : characters).join("");
}

/** Counts spellings of labels and chooses one for each key. */
export class LabelSpellings {
  readonly #nArticles = new Map<Label, number>();

  add(label: Label): void {
    this.#nArticles.set(label, (this.#nArticles.get(label) ?? 0) + 1);
  }

  /** The most frequent spelling of each key, the first by code unit where some are equally frequent. */
  choose(): LabelChoice {
    const best = new Map<string, Label>();
    const isBetter = (spelling: Label, than: Label) => {
      const difference = this.#count(spelling) - this.#count(than);
      return difference > 0 || (difference === 0 && spelling < than);
    };
    for (const spelling of this.#nArticles.keys()) {
      const key = labelKey(spelling);
      const other = best.get(key);
      if (other === undefined || isBetter(spelling, other)) best.set(key, spelling);
    }
    return new LabelChoice(best, this.#nArticles);
  }

  #count(spelling: Label): number {
    return this.#nArticles.get(spelling) ?? 0;
  }
}

/** One spelling for each label. */
export class LabelChoice {
  readonly #labels: ReadonlyMap<Label, Label>;
  /** In order of the labels, then of the spellings, by code unit; empty when each label had one spelling. */
  readonly merged: readonly MergedLabel[];

  constructor(best: ReadonlyMap<string, Label>, nArticles: ReadonlyMap<Label, number>) {
    this.#labels = new Map(
      Array.from(nArticles.keys(), (spelling) => [spelling, best.get(labelKey(spelling)) as Label]),
    );
    this.merged = describeMerged(this.#labels, nArticles);
  }

  /** The chosen spelling; the label itself where it was not among those counted. */
  labelOf(label: Label): Label {
    return this.#labels.get(label) ?? label;
  }
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function describeMerged(
  labels: ReadonlyMap<Label, Label>,
  nArticles: ReadonlyMap<Label, number>,
): readonly MergedLabel[] {
  return Array.from(labels, ([spelling, label]) => ({ spelling, label, nArticles: nArticles.get(spelling) ?? 0 }))
    .filter(({ spelling, label }) => spelling !== label)
    .sort((a, b) => compareCodeUnits(a.label, b.label) || compareCodeUnits(a.spelling, b.spelling));
}

/** Returns copies of the articles in which each label has one spelling, and what was replaced. */
export function unifyLabels<A extends LabeledArticle>(
  articles: readonly A[],
): { readonly articles: readonly A[]; readonly merged: readonly MergedLabel[] } {
  const spellings = new LabelSpellings();
  for (const { label } of articles) spellings.add(label);
  const choice = spellings.choose();
  if (choice.merged.length === 0) return { articles, merged: [] };
  return {
    articles: articles.map((article) => ({ ...article, label: choice.labelOf(article.label) })),
    merged: choice.merged,
  };
}

/** Gives the labels of other articles the spelling that a model has for them. */
export class LabelMatcher {
  readonly #labels: ReadonlySet<Label>;
  /** Null where two labels of the model differ in spelling only, so that neither can be meant. */
  readonly #byKey = new Map<string, Label | null>();
  readonly #matched = new Map<Label, Label>();
  readonly #nArticles = new Map<Label, number>();

  /** @param labels those of the model */
  constructor(labels: readonly Label[]) {
    this.#labels = new Set(labels);
    for (const label of labels) {
      const key = labelKey(label);
      this.#byKey.set(key, this.#byKey.has(key) ? null : label);
    }
  }

  /** The model's spelling; the label itself where the model does not know it. */
  match(label: Label): Label {
    if (this.#labels.has(label)) return label;
    const matched = this.#matched.get(label) ?? this.#byKey.get(labelKey(label)) ?? null;
    if (matched === null) return label;
    this.#matched.set(label, matched);
    this.#nArticles.set(label, (this.#nArticles.get(label) ?? 0) + 1);
    return matched;
  }

  /** What was replaced so far, in order of the labels, then of the spellings, by code unit. */
  get merged(): readonly MergedLabel[] {
    return describeMerged(this.#matched, this.#nArticles);
  }
}
