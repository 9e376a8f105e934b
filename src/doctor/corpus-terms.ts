import type { DocumentTerms } from "../document-terms.js";
import { Uint32List } from "../features/uint32-list.js";
import type { Label } from "../text/article.js";

/** In which articles each term is, and under which labels. Each article counts a term once. */
export class CorpusTerms {
  readonly labels: readonly Label[];
  readonly #labelNumbers: ReadonlyMap<Label, number>;
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  /** By term: articles of each label, C numbers in a row. */
  readonly #counts = new Uint32List();
  readonly #nOfLabel: Uint32Array;
  #nArticles = 0;

  /** @param labels all labels that articles may have */
  constructor(labels: readonly Label[]) {
    this.labels = [...labels].sort();
    this.#labelNumbers = new Map(this.labels.map((label, number) => [label, number]));
    this.#nOfLabel = new Uint32Array(this.labels.length);
  }

  get nArticles(): number {
    return this.#nArticles;
  }

  /** All terms, in the order of their first article. */
  get terms(): readonly string[] {
    return this.#terms;
  }

  add(terms: Iterable<string>, label: Label): void {
    const labelNumber = this.#labelNumbers.get(label) as number;
    this.#nArticles++;
    this.#nOfLabel[labelNumber] = (this.#nOfLabel[labelNumber] as number) + 1;
    for (const term of new Set(terms)) {
      let number = this.#numbers.get(term);
      if (number === undefined) {
        number = this.#terms.length;
        this.#numbers.set(term, number);
        this.#terms.push(term);
        for (let c = 0; c < this.labels.length; c++) this.#counts.push(0);
      }
      const place = number * this.labels.length + labelNumber;
      this.#counts.set(place, this.#counts.at(place) + 1);
    }
  }

  has(term: string): boolean {
    return this.#numbers.has(term);
  }

  /** Articles of a label. */
  nOfLabel(label: Label): number {
    const number = this.#labelNumbers.get(label);
    return number === undefined ? 0 : (this.#nOfLabel[number] as number);
  }

  /** Articles of a label that hold the term. */
  nWith(term: string, label: Label): number {
    const number = this.#numbers.get(term);
    const labelNumber = this.#labelNumbers.get(label);
    if (number === undefined || labelNumber === undefined) return 0;
    return this.#counts.at(number * this.labels.length + labelNumber);
  }

  /** Articles that hold the term. */
  documentFrequency(term: string): number {
    return this.labels.reduce((sum, label) => sum + this.nWith(term, label), 0);
  }
}

/** Counts the terms of documents by label. */
export function countCorpusTerms(
  documents: readonly string[],
  labels: readonly Label[],
  termsOf: DocumentTerms,
): CorpusTerms {
  const corpus = new CorpusTerms([...new Set(labels)]);
  for (const [article, document] of documents.entries()) corpus.add(termsOf(document), labels[article] as Label);
  return corpus;
}

/** Terms in fewer articles say nothing. */
const MIN_REASON_ARTICLES = 3;

/**
 * Returns the terms of a document that speak most for one label against another, strongest first: by the difference of the logarithms
 * of the shares of the labels' articles that hold the term, half an article added to each count. The document itself, which is
 * among those of `label`, is not counted.
 */
export function findReasons(
  corpus: CorpusTerms,
  terms: Iterable<string>,
  label: Label,
  suggested: Label,
  count: number,
): readonly string[] {
  const weighed: { readonly term: string; readonly weight: number }[] = [];
  for (const term of new Set(terms)) {
    const nSuggested = corpus.nWith(term, suggested);
    if (nSuggested < MIN_REASON_ARTICLES) continue;
    const shareSuggested = (nSuggested + 0.5) / (corpus.nOfLabel(suggested) + 1);
    const shareGiven =
      (Math.max(0, corpus.nWith(term, label) - 1) + 0.5) / (Math.max(0, corpus.nOfLabel(label) - 1) + 1);
    if (shareSuggested > shareGiven) weighed.push({ term, weight: Math.log(shareSuggested / shareGiven) });
  }
  weighed.sort((left, right) => right.weight - left.weight || (left.term < right.term ? -1 : 1));
  return weighed.slice(0, count).map(({ term }) => term);
}
