import { NewsclfError } from "../errors.js";
import type { Label } from "../text/article.js";
import type { MergedLabel } from "../text/label-spelling.js";
import type { Drift } from "./drift.js";
import type { LabelCount } from "./label-counts.js";
import type { Leak } from "./leaks.js";

/** Rises when a field of the report changes its meaning or goes away; new fields do not raise it. */
export const DOCTOR_FORMAT_VERSION = 1;

/** A file as it was read. */
export interface FileSummary {
  readonly source: string;
  /** Of text; null for other formats. */
  readonly encoding: string | null;
  /** SHA-256 of its bytes in hexadecimal digits; null where it is not known. */
  readonly sha256: string | null;
  /** Rows after the header, blank lines not counted. */
  readonly nRows: number;
  readonly nBlankLines: number;
  /** Rows that cannot be used, by reason, with the lines of the first of them. */
  readonly rejected: readonly { readonly reason: string; readonly nRows: number; readonly lines: readonly number[] }[];
}

/** An article and where it stands. */
export interface ArticleReference {
  /** Name of its file. */
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  readonly label: Label;
  /** Beginning of its text, on one line. */
  readonly text: string;
}

export interface ListedCopies {
  /** Least similarity of a member to the first, in [0, 1]. */
  readonly similarity: number;
  /** Members in all; `articles` may hold the first ones only. */
  readonly nArticles: number;
  readonly articles: readonly ArticleReference[];
}

interface GroupCount {
  readonly nGroups: number;
  readonly nArticles: number;
}

export interface CopySummary {
  /** Groups of equal texts. */
  readonly exact: GroupCount;
  /** Groups of texts that are nearly the same. */
  readonly near: GroupCount;
  /** Groups of either kind with more than one label. */
  readonly conflicting: GroupCount;
  /** The largest groups. */
  readonly groups: readonly ListedCopies[];
  /** The largest groups with more than one label. */
  readonly conflicts: readonly ListedCopies[];
}

export interface ListedSuspect extends ArticleReference {
  /** What the label seems to be. */
  readonly suggested: Label;
  /** Score of the given label out of fold, in [0, 1]. */
  readonly score: number;
  readonly suggestedScore: number;
  /** Terms that speak for the suggested label, strongest first. */
  readonly reasons: readonly string[];
}

export interface LabelErrorSummary {
  /** Articles that were tried; those of labels with too few articles for the folds were not. */
  readonly nTried: number;
  /** Macro-F1 of the trainings, mean of the folds: how far the search can be trusted. */
  readonly macroF1: number;
  readonly nSuspects: number;
  /** The likeliest first. */
  readonly suspects: readonly ListedSuspect[];
}

interface ListedOutliers {
  readonly nOutliers: number;
  readonly outliers: readonly (ArticleReference & { readonly value: number })[];
}

/** What is wrong with a data file: data only. Lists hold the worst cases, counts all. */
export interface DoctorReport {
  readonly formatVersion: typeof DOCTOR_FORMAT_VERSION;
  readonly source: string;
  readonly nArticles: number;
  readonly files: readonly FileSummary[];
  /** The most frequent first; spellings of one label are counted together unless that was forbidden. */
  readonly labels: readonly LabelCount[];
  /** Spellings that differ from the most frequent one of their label in spaces and punctuation only. */
  readonly labelSpellings: readonly MergedLabel[];
  /** Labels with fewer than 20 articles. */
  readonly smallLabels: readonly LabelCount[];
  readonly copies: CopySummary;
  /** Null when not searched for, or when there are too few articles. */
  readonly labelErrors: LabelErrorSummary | null;
  readonly nLeaks: number;
  readonly leaks: readonly Leak[];
  /** Lengths of the documents in UTF-16 units; `value` of an outlier is its length. */
  readonly lengths: ListedOutliers & { readonly least: number; readonly median: number; readonly greatest: number };
  /** `value` of an outlier is the share of its letters that are Hangul. */
  readonly languages: ListedOutliers & { readonly hangulShare: number | null };
  /** Null without a second file. */
  readonly against:
    | (Drift & {
        readonly source: string;
        readonly nArticles: number;
        /** Articles of the second file that are copies of articles of the first. */
        readonly nCopies: number;
        readonly copies: readonly {
          readonly similarity: number;
          readonly articles: readonly ArticleReference[];
          readonly against: readonly ArticleReference[];
        }[];
      })
    | null;
}

/** How serious a finding is: a problem spoils training or measuring, a notice is worth a look. */
export type Severity = "problem" | "notice";

const FINDING_KINDS = [
  "unusable-rows",
  "label-spellings",
  "conflicting-labels",
  "copies-across",
  "exact-copies",
  "wrong-labels",
  "leaks",
  "near-copies",
  "small-labels",
  "unusual-lengths",
  "unusual-languages",
  "label-drift",
] as const;

/** One kind of finding and how many there are. */
export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  readonly severity: Severity;
  readonly count: number;
}

/** Population stability index from which a shift counts as large. @see Siddiqi 2006, "Credit Risk Scorecards", chapter 12 */
const LARGE_PSI = 0.25;

/** Returns the kinds of findings that there are, problems first. */
export function listFindings(report: DoctorReport): readonly Finding[] {
  const { files, copies, labelErrors, lengths, languages, against } = report;
  // That an export leaves a row out is no fault of the data.
  const faulty = files.flatMap((file) => file.rejected).filter(({ reason }) => reason !== "excluded");
  const nFaulty = faulty.reduce((sum, { nRows }) => sum + nRows, 0);
  const findings: readonly Finding[] = [
    { kind: "unusable-rows", severity: "problem", count: nFaulty },
    { kind: "label-spellings", severity: "problem", count: report.labelSpellings.length },
    { kind: "conflicting-labels", severity: "problem", count: copies.conflicting.nArticles },
    { kind: "copies-across", severity: "problem", count: against?.nCopies ?? 0 },
    { kind: "exact-copies", severity: "problem", count: copies.exact.nArticles - copies.exact.nGroups },
    { kind: "wrong-labels", severity: "notice", count: labelErrors?.nSuspects ?? 0 },
    { kind: "leaks", severity: "notice", count: report.nLeaks },
    { kind: "near-copies", severity: "notice", count: copies.near.nArticles - copies.near.nGroups },
    { kind: "small-labels", severity: "notice", count: report.smallLabels.length },
    { kind: "unusual-lengths", severity: "notice", count: lengths.nOutliers },
    { kind: "unusual-languages", severity: "notice", count: languages.nOutliers },
    { kind: "label-drift", severity: "notice", count: (against?.labelPsi ?? 0) > LARGE_PSI ? 1 : 0 },
  ];
  return findings.filter(({ count }) => count > 0);
}

/**
 * Ends a run whose data is not as good as asked for.
 * @param failOn the least serious kind of finding that is a failure
 * @throws {NewsclfError} with code DATASET_FINDINGS when there is one
 */
export function checkFindings(report: DoctorReport, failOn: Severity): void {
  const failing = listFindings(report).filter(({ severity }) => failOn === "notice" || severity === "problem");
  if (failing.length === 0) return;
  const counts = failing.map(({ kind, count }) => `${kind} ${count}`);
  throw new NewsclfError("DATASET_FINDINGS", `${report.source}: ${counts.join(", ")}`);
}
