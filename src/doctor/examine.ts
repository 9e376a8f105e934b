import { type CrossValidationProgress, crossValidate } from "../cross-validation.js";
import { createDocumentTerms } from "../document-terms.js";
import { DatasetError, OptionError } from "../errors.js";
import { truncateToWidth } from "../evaluation/display-width.js";
import { toOneLine } from "../evaluation/report-text.js";
import type { Tokenizer } from "../morph/tokenizer.js";
import { DOCTOR_SPEC, type DoctorOptions } from "../options/doctor-options.js";
import { resolveOptions } from "../options/resolve-options.js";
import type { TrainingSettings } from "../options/train-options.js";
import { type Label, type LabeledArticle, toDocument } from "../text/article.js";
import { LabelMatcher, unifyLabels } from "../text/label-spelling.js";
import { type Copies, findCopies } from "./copies.js";
import { type CorpusTerms, countCorpusTerms, findReasons } from "./corpus-terms.js";
import { compareLabels, compareTerms } from "./drift.js";
import { countLabels, tallyLabels } from "./label-counts.js";
import { findLabelErrors } from "./label-errors.js";
import { findLeaks } from "./leaks.js";
import { type Outlier, summarizeLanguages, summarizeLengths } from "./outliers.js";
import {
  type ArticleReference,
  type CopySummary,
  DOCTOR_FORMAT_VERSION,
  type DoctorReport,
  type FileSummary,
  type LabelErrorSummary,
  type ListedCopies,
} from "./report.js";

/** The articles of one file or several. */
export interface Dataset {
  /** Name of the whole. */
  readonly name: string;
  /** With their labels as they stand in the file. */
  readonly articles: readonly LabeledArticle[];
  /** `[nArticles]` name of the file of each. */
  readonly sources: readonly string[];
  /** `[nArticles]` 1-based line of each in its file. */
  readonly lines: readonly number[];
  readonly files: readonly FileSummary[];
}

/** What the examination needs beside its options. */
export interface DoctorContext {
  /** A second file, such as a test file, to look for copies in and to measure drift against. */
  readonly against?: Dataset;
  /** The package's mecab-ko-dic when left out. */
  readonly tokenizer?: Tokenizer;
  /** Settings of the trainings by group, in place of {@link SEARCH_TRAINING}'s. */
  readonly training?: TrainingSettings;
  readonly onProgress?: (progress: CrossValidationProgress) => void;
  /** When aborted, the call throws. */
  readonly signal?: AbortSignal;
}

/** The trainings of the search: one network on single words, for the time; docs/benchmarks.md has what it finds. */
const SEARCH_TRAINING: TrainingSettings = {
  terms: { charNgrams: false, ngramRange: [1, 1] },
  vectorizer: { maxFeatures: 50_000 },
  ensemble: 1,
  linear: false,
  validationFraction: 0,
};

/** Labels with fewer articles are small. */
const SMALL_LABEL = 20;
/** Terms shown as the reason of a suspicion. */
const N_REASONS = 3;
/** Terminal columns kept of a text. */
const TEXT_WIDTH = 160;

function createReference({ articles, sources, lines }: Dataset): (place: number) => ArticleReference {
  return (place) => {
    const { title, body, label } = articles[place] as LabeledArticle;
    const text = toOneLine((title === "" ? body : title).slice(0, 8 * TEXT_WIDTH));
    const [source, line] = [sources[place] as string, lines[place] as number];
    return { source, line, label, text: truncateToWidth(text, TEXT_WIDTH) };
  };
}

type ReferTo = (place: number) => ArticleReference;

function summarizeCopies({ groups }: Copies, referTo: ReferTo, top: number): CopySummary {
  const count = (kind: typeof groups) => ({
    nGroups: kind.length,
    nArticles: kind.reduce((sum, { articles }) => sum + articles.length, 0),
  });
  const conflicting = groups.filter(({ labels }) => labels.length > 1);
  const list = (kind: typeof groups): readonly ListedCopies[] =>
    kind.slice(0, top).map(({ articles, similarity }) => ({
      similarity,
      nArticles: articles.length,
      articles: articles.slice(0, top).map(referTo),
    }));
  return {
    exact: count(groups.filter(({ isExact }) => isExact)),
    near: count(groups.filter(({ isExact }) => !isExact)),
    conflicting: count(conflicting),
    groups: list(groups),
    conflicts: list(conflicting),
  };
}

async function searchLabelErrors(
  { name, articles }: Dataset,
  copies: Copies,
  reasonsOf: (place: number, label: Label, suggested: Label) => readonly string[],
  referTo: ReferTo,
  folds: number,
  top: number,
  tokenizer: Tokenizer,
  { training, onProgress, signal }: DoctorContext,
): Promise<LabelErrorSummary | null> {
  // Each fold must hold articles of each label to learn from, and to keep back.
  const minArticles = 2 * folds;
  const counts = tallyLabels(articles.map(({ label }) => label));
  const places = articles.flatMap(({ label }, place) => ((counts.get(label) as number) >= minArticles ? [place] : []));
  const groups = places.map((place) => copies.groupOf[place] as number);
  const labels = new Set(places.map((place) => articles[place]?.label));
  if (labels.size < 2 || new Set(groups).size < folds) return null;
  const { predictions, macroF1 } = await crossValidate(
    places.map((place) => articles[place] as LabeledArticle),
    {
      folds,
      groups,
      source: name,
      training: { ...SEARCH_TRAINING, ...training, tokenizer },
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const suspects = findLabelErrors(predictions);
  return {
    nTried: places.length,
    macroF1: macroF1.mean,
    nSuspects: suspects.length,
    suspects: suspects.slice(0, top).map(({ article, label, suggested, score, suggestedScore }) => {
      const place = places[article] as number;
      return { ...referTo(place), suggested, score, suggestedScore, reasons: reasonsOf(place, label, suggested) };
    }),
  };
}

function listOutliers(outliers: readonly Outlier[], referTo: ReferTo, top: number) {
  return {
    nOutliers: outliers.length,
    outliers: outliers.slice(0, top).map(({ article, value }) => ({ ...referTo(article), value })),
  };
}

function compareFiles(
  dataset: Dataset,
  against: Dataset,
  corpus: CorpusTerms,
  documents: readonly string[],
  termsOf: Parameters<typeof countCorpusTerms>[2],
  similarity: number,
  top: number,
): NonNullable<DoctorReport["against"]> {
  const labels = dataset.articles.map(({ label }) => label);
  const againstLabels = against.articles.map(({ label }) => label);
  const againstDocuments = against.articles.map(toDocument);
  const nFirst = documents.length;
  const { groups } = findCopies([...documents, ...againstDocuments], [...labels, ...againstLabels], similarity);
  const across = groups.filter(
    ({ articles }) => (articles[0] as number) < nFirst && (articles.at(-1) as number) >= nFirst,
  );
  const [inFirst, inSecond] = [createReference(dataset), createReference(against)];
  const againstCorpus = countCorpusTerms(againstDocuments, againstLabels, termsOf);
  return {
    source: against.name,
    nArticles: against.articles.length,
    nCopies: across.reduce((sum, { articles }) => sum + articles.filter((place) => place >= nFirst).length, 0),
    copies: across.slice(0, top).map(({ articles, similarity: least }) => ({
      similarity: least,
      articles: articles
        .filter((place) => place < nFirst)
        .slice(0, top)
        .map(inFirst),
      against: articles
        .filter((place) => place >= nFirst)
        .slice(0, top)
        .map((place) => inSecond(place - nFirst)),
    })),
    ...compareLabels(labels, againstLabels),
    ...compareTerms(corpus, againstCorpus, top),
  };
}

/** The fields of a report alone, of a file that may have more. */
function copyFile({ source, encoding, sha256, nRows, nBlankLines, rejected }: FileSummary): FileSummary {
  return { source, encoding, sha256, nRows, nBlankLines, rejected };
}

function checkDataset({ name, articles, sources, lines }: Dataset): void {
  if (articles.length === 0) throw new DatasetError("DATASET_EMPTY", { source: name }, "there is no article");
  if (lines.length !== articles.length) throw new OptionError("lines", `${articles.length} numbers`, lines.length);
  if (sources.length !== articles.length) throw new OptionError("sources", `${articles.length} names`, sources.length);
}

/**
 * Says what is wrong with the articles of a file before a model is trained on them. Nothing is changed.
 *
 * The same articles and options give the same report.
 *
 * @throws {DatasetError} with code DATASET_EMPTY when there is no article
 * @throws {OptionError} when an option is out of range
 * @throws {TrainingError} when `signal` is aborted
 */
export async function examine(
  given: Dataset,
  options: DoctorOptions = {},
  context: DoctorContext = {},
): Promise<DoctorReport> {
  const resolved = resolveOptions<DoctorOptions>(DOCTOR_SPEC, options, "");
  const { similarity, folds, top, labelErrors, labelNormalization } = resolved;
  checkDataset(given);
  const { articles: unified, merged } = unifyLabels(given.articles);
  const dataset = labelNormalization ? { ...given, articles: unified } : given;
  const { articles } = dataset;
  const tokenizer = context.tokenizer ?? (await (await import("#assets")).loadDefaultTokenizer());
  const termsOf = createDocumentTerms(tokenizer, { ngramRange: [1, 1], charNgrams: false });
  const referTo = createReference(dataset);
  const labels = articles.map(({ label }) => label);
  const documents = articles.map(toDocument);
  const counts = countLabels(labels);
  const copies = findCopies(documents, labels, similarity);
  const corpus = countCorpusTerms(documents, labels, termsOf);
  const reasonsOf = (place: number, label: Label, suggested: Label): readonly string[] =>
    findReasons(corpus, termsOf(documents[place] as string), label, suggested, N_REASONS);
  const leaks = findLeaks(articles, copies.groupOf, corpus);
  const { outliers: unusualLengths, ...lengthRange } = summarizeLengths(documents);
  const matcher = new LabelMatcher(labelNormalization ? counts.map(({ label }) => label) : []);
  const matchLabels = (other: Dataset): Dataset => ({
    ...other,
    articles: other.articles.map((article) => ({ ...article, label: matcher.match(article.label) })),
  });
  const languages = summarizeLanguages(documents);
  return {
    formatVersion: DOCTOR_FORMAT_VERSION,
    source: dataset.name,
    nArticles: articles.length,
    files: dataset.files.map(copyFile),
    labels: counts,
    labelSpellings: merged,
    smallLabels: counts.filter(({ nArticles }) => nArticles < SMALL_LABEL),
    copies: summarizeCopies(copies, referTo, top),
    labelErrors: labelErrors
      ? await searchLabelErrors(dataset, copies, reasonsOf, referTo, folds, top, tokenizer, context)
      : null,
    nLeaks: leaks.length,
    leaks: leaks.slice(0, top),
    lengths: { ...lengthRange, ...listOutliers(unusualLengths, referTo, top) },
    languages: { hangulShare: languages.hangulShare, ...listOutliers(languages.outliers, referTo, top) },
    against:
      context.against === undefined || context.against.articles.length === 0
        ? null
        : compareFiles(dataset, matchLabels(context.against), corpus, documents, termsOf, similarity, top),
  };
}
