import { OptionError } from "../errors.js";
import type { RankedTerm } from "../features/term-statistics.js";
import type { WeightedRange } from "../html/index.js";
import type { UnlabeledArticles } from "../model-file/manifest.js";
import type { Calibration } from "../nn/calibration.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import type { Label } from "../text/article.js";
import type { MergedLabel } from "../text/label-spelling.js";
import type { ScoreIntervals } from "./bootstrap.js";
import type { ConfusionMatrix } from "./confusion-matrix.js";
import type { PrecisionRecallCurve } from "./precision-recall.js";
import type { Reliability, ScoreHistogram } from "./reliability.js";
import type { RiskCoverage } from "./risk-coverage.js";
import { computeScores, type LabelScores, type Scores } from "./scores.js";

/** Rises when a field of the report changes its meaning or goes away; new fields do not raise it. */
export const REPORT_FORMAT_VERSION = 1;

/** Which articles were evaluated. */
export type SplitSummary =
  | {
      /** The share of the training file that was kept back to choose the epoch; its scores are slightly too good. */
      readonly kind: "validation";
      /** File or other source, as the user gave it. */
      readonly source: string;
      /** Share of each label's articles, in (0, 1). */
      readonly validationFraction: number;
      readonly seed: number;
      /** Whether the model in the file has learned from them since; the scores are of the model before. */
      readonly isRefitted: boolean;
    }
  | {
      /** Articles that had no part in training. */
      readonly kind: "test";
      readonly source: string;
    };

/** A file that was read for the evaluation. */
export interface EvaluatedFile {
  readonly source: string;
  /** SHA-256 of its bytes in hexadecimal digits; null where it is not known. */
  readonly sha256: string | null;
}

/** Where the articles went. */
export interface ArticleCounts {
  /** Rows of the evaluated source. */
  readonly nRead: number;
  /** Rows of it that could not be used. */
  readonly nRejected: number;
  /** Of these, rows that their export marks as left out, which is no fault of the data. */
  readonly nExcluded: number;
  /** Articles that the model was fitted on. */
  readonly nTrain: number;
  /** Articles that its epoch was chosen on. */
  readonly nValidation: number;
}

/** How the model's answers were taken, where not as they are. */
export interface ScoringSummary {
  /** `[nLabels]` label shares in [0, 1] that the scores were made to assume, in model order; null: those of the model. */
  readonly classPrior: readonly number[] | null;
  /** Documents whose best score is below it were given no label and count in no other number of the report; null without. */
  readonly minScore: number | null;
  /** Those documents. */
  readonly nWithoutLabel: number;
}

/** Scores of one label beside its shares of the documents. */
export interface LabelReport extends LabelScores {
  /** support / nDocuments, in [0, 1]. */
  readonly supportShare: number;
  /** nPredicted / nDocuments, in [0, 1]. */
  readonly predictedShare: number;
  /** Articles of the label that the model was fitted on; null when not given. */
  readonly trainSupport: number | null;
  /** trainSupport over that of all labels, in [0, 1]; null when not given or when there are none. */
  readonly trainShare: number | null;
}

/** Documents whose true label the model does not know: errors by necessity. */
export interface UnknownLabels {
  readonly nDocuments: number;
  /** `[nLabels]` what was predicted for them, in the order of `labels` of the report. */
  readonly predicted: readonly number[];
  /** Largest first; at most `MAX_UNKNOWN_LABELS`, the others are only in `nDocuments`. */
  readonly labels: readonly { readonly label: Label; readonly support: number }[];
}

/** An article that the report shows. */
export interface ReportArticle {
  readonly trueLabel: Label;
  readonly predictedLabel: Label;
  /** Score of the predicted label, in [0, 1]. */
  readonly score: number;
  /** Score of the true label, in [0, 1]; null when the model does not know it or did not give its score. */
  readonly trueScore: number | null;
  /** The label with the second highest score; null when only one was given. */
  readonly secondLabel: Label | null;
  /** Its score, in [0, 1]. */
  readonly secondScore: number | null;
  /** 0-based place of the document in the order of evaluation. */
  readonly index: number;
  /** Name of the article's file; null when unknown. */
  readonly source: string | null;
  /** 1-based line in the source; null when unknown. */
  readonly line: number | null;
  /** Beginning of the title on one line; "" when unknown. */
  readonly title: string;
  /** Beginning of the body on one line; "" when there is none. */
  readonly excerpt: string;
  /** What speaks for (weight above 0) or against the predicted label, as ranges of `title` and `excerpt`; null when not asked for. */
  readonly reasons: {
    readonly title: readonly WeightedRange[];
    readonly excerpt: readonly WeightedRange[];
  } | null;
}

/** The terms of the training articles that are most bound to a label. */
export interface LabelTerms {
  readonly label: Label;
  /** Strongest first. `value` is the chi-square statistic of term and label. */
  readonly terms: readonly RankedTerm[];
}

/** The model behind a report: what it takes to make it again. */
export interface ModelCard {
  /** Version of the model file's format. */
  readonly formatVersion: number;
  /** Name and content hash of the dictionary. */
  readonly tokenizerId: string;
  /** Terms of the vocabulary. */
  readonly nTerms: number;
  /** Size of the model file. */
  readonly sizeBytes: number;
  /** Every option with its value, the seed among them. */
  readonly settings: ResolvedTrainingSettings;
  /** SHA-256 (hex) of the training articles; see docs/model-format.md. */
  readonly trainingDataHash: string;
  /** The articles without labels that it learned from, too; null without. */
  readonly unlabeled: UnlabeledArticles | null;
  /** For each network of the model the epoch whose weights were kept, and its figures. */
  readonly selectedEpochs: readonly EpochRecord[];
  /** What is done to the mean of the networks' logits. */
  readonly calibration: Calibration;
  /** In model order; empty when not given. */
  readonly topTerms: readonly LabelTerms[];
}

/** The run that made a report. These fields alone differ between two runs of the same command. */
export interface RunSummary {
  /** The words of the command line. */
  readonly command: readonly string[];
  /** Version of newsclf. */
  readonly version: string;
  /** Name and version of the runtime, and system and processor, such as "node v24.4.0 linux x64". */
  readonly runtime: string;
  /** Time for reading, analysing and classifying the evaluated articles. */
  readonly durationMs: number;
  /** nDocuments over that time. */
  readonly documentsPerSecond: number;
}

/** The result of one evaluation: data only, the same after `JSON.parse(JSON.stringify(report))`. */
export interface EvaluationReport extends Scores {
  readonly formatVersion: typeof REPORT_FORMAT_VERSION;
  /**
   * Mean of -ln(score of the true label) in nats over the documents whose true label the model knows;
   * null when there are none or when the score of a true label was not given.
   */
  readonly logLoss: number | null;
  /** Documents with a wrong label, those with an unknown true label included. */
  readonly nErrors: number;
  /** Null when none were asked for. */
  readonly intervals: ScoreIntervals | null;
  /** Null when not given. */
  readonly split: SplitSummary | null;
  /** The files of `split.source`, in order; empty when not given. */
  readonly files: readonly EvaluatedFile[];
  /** Null when not given. */
  readonly articles: ArticleCounts | null;
  /** Null when not given. */
  readonly scoring: ScoringSummary | null;
  /** Spellings of labels in the files that were replaced, and by what; empty when none was. */
  readonly mergedLabels: readonly MergedLabel[];
  /** In model order. */
  readonly labels: readonly LabelReport[];
  /** `confusion[trueIndex][predictedIndex]`, documents; rows and columns in the order of `labels`. */
  readonly confusion: readonly (readonly number[])[];
  readonly unknownLabels: UnknownLabels;
  /** In order of epochs; empty when not given. */
  readonly learningCurve: readonly EpochRecord[];
  /** The epoch whose weights were kept, 1-based; null when not given. */
  readonly selectedEpoch: number | null;
  readonly reliability: Reliability;
  readonly riskCoverage: RiskCoverage;
  readonly scoreHistogram: ScoreHistogram;
  /** In model order; null when a score of some document was not given. */
  readonly precisionRecall: readonly PrecisionRecallCurve[] | null;
  /** The most confident errors: highest score first, ties in the order of evaluation. */
  readonly errors: readonly ReportArticle[];
  /** The articles with the least distance between the two highest scores, least first, ties in the order of evaluation. */
  readonly uncertain: readonly ReportArticle[];
  /**
   * Some articles of each cell of the confusion matrix, by true label and then predicted label in model order, unknown true labels last; of errors
   * the highest scores first, of right answers the lowest.
   */
  readonly examples: readonly ReportArticle[];
  /** Null when not given. */
  readonly model: ModelCard | null;
  /** Null when not given. */
  readonly run: RunSummary | null;
}

/** What a report says beyond the predictions themselves; what is left out becomes null or empty. */
export interface ReportContext {
  readonly split?: SplitSummary;
  readonly files?: readonly EvaluatedFile[];
  readonly mergedLabels?: readonly MergedLabel[];
  readonly articles?: ArticleCounts;
  readonly scoring?: ScoringSummary;
  /** `[nLabels]` articles of each label that the model was fitted on, in model order. */
  readonly trainSupport?: readonly number[];
  readonly learningCurve?: readonly EpochRecord[];
  readonly selectedEpoch?: number;
  readonly model?: ModelCard;
  readonly run?: RunSummary;
}

/** What was gathered over the documents of one evaluation; the fields are those of the report. */
export interface EvaluationTally
  extends Pick<
    EvaluationReport,
    | "logLoss"
    | "intervals"
    | "reliability"
    | "riskCoverage"
    | "scoreHistogram"
    | "precisionRecall"
    | "errors"
    | "uncertain"
    | "examples"
  > {
  /** With at least one document. */
  readonly matrix: ConfusionMatrix;
}

function copySplit(split: SplitSummary): SplitSummary {
  const { kind, source } = split;
  return kind === "test"
    ? { kind, source }
    : {
        kind,
        source,
        validationFraction: split.validationFraction,
        seed: split.seed,
        isRefitted: split.isRefitted,
      };
}

function copyEpoch(record: EpochRecord): EpochRecord {
  return {
    epoch: record.epoch,
    learningRate: record.learningRate,
    trainLoss: record.trainLoss,
    validationLoss: record.validationLoss,
    validationAccuracy: record.validationAccuracy,
    validationMacroF1: record.validationMacroF1,
  };
}

function copyUnlabeled({ nDocuments, hash, nPseudoLabelRounds }: UnlabeledArticles): UnlabeledArticles {
  return { nDocuments, hash, nPseudoLabelRounds };
}

function copyModel(model: ModelCard): ModelCard {
  return {
    formatVersion: model.formatVersion,
    tokenizerId: model.tokenizerId,
    nTerms: model.nTerms,
    sizeBytes: model.sizeBytes,
    settings: model.settings,
    trainingDataHash: model.trainingDataHash,
    unlabeled: model.unlabeled && copyUnlabeled(model.unlabeled),
    selectedEpochs: model.selectedEpochs.map(copyEpoch),
    calibration: {
      temperature: model.calibration.temperature,
      flattenedShare: model.calibration.flattenedShare,
      labelBias: [...model.calibration.labelBias],
    },
    topTerms: model.topTerms.map(({ label, terms }) => ({
      label,
      terms: terms.map(({ term, value }) => ({ term, value })),
    })),
  };
}

function copyScoring({ classPrior, minScore, nWithoutLabel }: ScoringSummary): ScoringSummary {
  return { classPrior: classPrior && [...classPrior], minScore, nWithoutLabel };
}

function copyRun({ command, version, runtime, durationMs, documentsPerSecond }: RunSummary): RunSummary {
  return { command: [...command], version, runtime, durationMs, documentsPerSecond };
}

/**
 * Returns the report of an evaluation. Every field is copied in a fixed order, so equal input gives equal JSON.
 * @throws {OptionError} when `trainSupport` has another length than the labels
 */
export function buildReport(tally: EvaluationTally, context: ReportContext = {}): EvaluationReport {
  const { matrix } = tally;
  const { split, articles, trainSupport, learningCurve, selectedEpoch } = context;
  if (trainSupport !== undefined && trainSupport.length !== matrix.labels.length) {
    throw new OptionError("trainSupport", `${matrix.labels.length} numbers, one for each label`, trainSupport);
  }
  const scores = computeScores(matrix);
  const nTrain = trainSupport?.reduce((total, count) => total + count, 0) ?? 0;
  const nCorrect = scores.labels.reduce((total, label) => total + label.nCorrect, 0);
  return {
    formatVersion: REPORT_FORMAT_VERSION,
    accuracy: scores.accuracy,
    macroPrecision: scores.macroPrecision,
    macroRecall: scores.macroRecall,
    macroF1: scores.macroF1,
    weightedPrecision: scores.weightedPrecision,
    weightedRecall: scores.weightedRecall,
    weightedF1: scores.weightedF1,
    logLoss: tally.logLoss,
    nDocuments: scores.nDocuments,
    nErrors: scores.nDocuments - nCorrect,
    intervals: tally.intervals,
    split: split === undefined ? null : copySplit(split),
    files: (context.files ?? []).map(({ source, sha256 }) => ({ source, sha256 })),
    articles:
      articles === undefined
        ? null
        : {
            nRead: articles.nRead,
            nRejected: articles.nRejected,
            nExcluded: articles.nExcluded,
            nTrain: articles.nTrain,
            nValidation: articles.nValidation,
          },
    scoring: context.scoring === undefined ? null : copyScoring(context.scoring),
    mergedLabels: (context.mergedLabels ?? []).map(({ spelling, label: merged, nArticles }) => ({
      spelling,
      label: merged,
      nArticles,
    })),
    labels: scores.labels.map((label, index) => {
      const count = trainSupport?.[index] ?? null;
      return {
        ...label,
        supportShare: label.support / scores.nDocuments,
        predictedShare: label.nPredicted / scores.nDocuments,
        trainSupport: count,
        trainShare: count === null || nTrain === 0 ? null : count / nTrain,
      };
    }),
    undefinedScores: scores.undefinedScores,
    confusion: matrix.toRows(),
    unknownLabels: {
      nDocuments: matrix.unknownPredicted.reduce((total, count) => total + count, 0),
      predicted: Array.from(matrix.unknownPredicted),
      labels: matrix.listUnknown(),
    },
    learningCurve: (learningCurve ?? []).map(copyEpoch),
    selectedEpoch: selectedEpoch ?? null,
    reliability: tally.reliability,
    riskCoverage: tally.riskCoverage,
    scoreHistogram: tally.scoreHistogram,
    precisionRecall: tally.precisionRecall,
    errors: tally.errors,
    uncertain: tally.uncertain,
    examples: tally.examples,
    model: context.model === undefined ? null : copyModel(context.model),
    run: context.run === undefined ? null : copyRun(context.run),
  };
}
