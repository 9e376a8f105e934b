import { DatasetError } from "../errors.js";
import type { EvaluationReport } from "../evaluation/index.js";
import type { Label } from "../text/article.js";
import type { McNemarTest } from "./mcnemar.js";

/** Rises when a field of the comparison changes its meaning or goes away; new fields do not raise it. */
const COMPARISON_FORMAT_VERSION = 1;

/** Measures of a whole evaluation that are compared; log loss is the one where less is better. */
export const MEASURES = ["accuracy", "macroF1", "weightedF1", "logLoss"] as const;

export type Measure = (typeof MEASURES)[number];

/** A number of each side; null where a side has none. */
export interface Change {
  readonly a: number | null;
  readonly b: number | null;
  /** b − a; null where a side has no number. */
  readonly difference: number | null;
}

export interface LabelChange {
  readonly label: Label;
  /** Documents that have the label. */
  readonly support: number;
  readonly precision: Change;
  readonly recall: Change;
  readonly f1: Change;
}

/** A document that one side had right and the other wrong. */
export interface Flip {
  readonly trueLabel: Label;
  /** What each side said, with its score in [0, 1]. */
  readonly a: { readonly label: Label; readonly score: number };
  readonly b: { readonly label: Label; readonly score: number };
  /** 0-based place in the order of comparison. */
  readonly index: number;
  /** Name of the article's file; null when unknown. */
  readonly source: string | null;
  /** 1-based line in the source; null when unknown. */
  readonly line: number | null;
  /** Beginning of the text, on one line. */
  readonly text: string;
}

/** What can be said only of predictions for the same documents, one by one. */
export interface PairedComparison {
  /** Documents that both sides had right. */
  readonly nBothRight: number;
  /** Documents that both sides had wrong. */
  readonly nBothWrong: number;
  /** Of these, documents with different labels. */
  readonly nBothWrongApart: number;
  readonly mcnemar: McNemarTest;
  /** Documents that only the second side had right, by its score, highest first; at most `maxFlips`. */
  readonly fixed: readonly Flip[];
  /** Documents that only the first side had right, by the score of the second's error, highest first; at most `maxFlips`. */
  readonly broken: readonly Flip[];
}

/** How a second model (b) differs from a first (a) on the same articles; data only. */
export interface Comparison {
  readonly formatVersion: typeof COMPARISON_FORMAT_VERSION;
  /** Names of the sides, such as paths. */
  readonly names: { readonly a: string; readonly b: string };
  /** The articles' source; null when unknown. */
  readonly source: string | null;
  readonly nDocuments: number;
  readonly measures: Readonly<Record<Measure, Change>>;
  /** Labels of either side, in code unit order. */
  readonly labels: readonly LabelChange[];
  /** Null for two reports: they hold scores, not predictions. */
  readonly paired: PairedComparison | null;
}

/** What of an evaluation is compared; a `report.json` has it. */
export type ComparedReport = Pick<EvaluationReport, Measure | "nDocuments"> & {
  readonly split: Pick<NonNullable<EvaluationReport["split"]>, "source"> | null;
  readonly labels: readonly Pick<
    EvaluationReport["labels"][number],
    "label" | "precision" | "recall" | "f1" | "support"
  >[];
};

function change(a: number | null | undefined, b: number | null | undefined): Change {
  const [first, second] = [a ?? null, b ?? null];
  return { a: first, b: second, difference: first === null || second === null ? null : second - first };
}

/**
 * Compares two evaluations of the same articles.
 * @throws {DatasetError} with code COMPARISON_ARTICLES when they differ in their number of documents, or of documents of a label
 */
export function compareReports(
  names: Comparison["names"],
  a: ComparedReport,
  b: ComparedReport,
  paired: PairedComparison | null = null,
): Comparison {
  if (a.nDocuments !== b.nDocuments) throw differentArticles(names, `${a.nDocuments} and ${b.nDocuments} documents`);
  const labels = [...new Set([...a.labels, ...b.labels].map(({ label }) => label))].sort();
  return {
    formatVersion: COMPARISON_FORMAT_VERSION,
    names,
    source: b.split?.source ?? a.split?.source ?? null,
    nDocuments: a.nDocuments,
    measures: {
      accuracy: change(a.accuracy, b.accuracy),
      macroF1: change(a.macroF1, b.macroF1),
      weightedF1: change(a.weightedF1, b.weightedF1),
      logLoss: change(a.logLoss, b.logLoss),
    },
    labels: labels.map((label): LabelChange => {
      const [first, second] = [a, b].map((report) => report.labels.find((each) => each.label === label));
      if (first !== undefined && second !== undefined && first.support !== second.support) {
        throw differentArticles(names, `${first.support} and ${second.support} documents of ${label}`);
      }
      return {
        label,
        support: (first ?? second)?.support as number,
        precision: change(first?.precision, second?.precision),
        recall: change(first?.recall, second?.recall),
        f1: change(first?.f1, second?.f1),
      };
    }),
    paired,
  };
}

function differentArticles({ a, b }: Comparison["names"], counts: string): DatasetError {
  const problem = `is a report of other articles than ${a}: ${counts}; evaluate both models on one file`;
  return new DatasetError("COMPARISON_ARTICLES", { source: b }, problem);
}
