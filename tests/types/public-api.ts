/** What the public types allow and refuse; checked by `npx tsc -b`, never run. */

import {
  type Article,
  type Change,
  Classifier,
  type Comparison,
  classify,
  type EpochRecord,
  type ErrorCode,
  type EvaluationReport,
  evaluate,
  type FittedTfidfVectorizer,
  isNewsclfError,
  type LabeledArticle,
  type LabelTerms,
  type Measure,
  type MergedLabel,
  type ModelCard,
  type ModelSource,
  OptionError,
  type PairedComparison,
  type Prediction,
  type Predictions,
  type RankedTerm,
  type ScoringSummary,
  type TfidfVectorizer,
  type Tokenizer,
  type TrainOptions,
  type TrainResult,
  train,
  type UnlabeledArticles,
  type WeightType,
} from "../../src/index.js";
import {
  type Encoding,
  fromFile,
  type InputFormat,
  type ReadOptions,
  type SourceSummary,
  saveModel,
} from "../../src/io/index.js";

/** What results are made of has a name that a caller can write down. */
export interface Parts {
  readonly change: Change & Comparison["measures"][Measure];
  readonly paired: PairedComparison & NonNullable<Comparison["paired"]>;
  readonly merged: MergedLabel & EvaluationReport["mergedLabels"][number];
  readonly scoring: ScoringSummary & NonNullable<EvaluationReport["scoring"]>;
  readonly terms: RankedTerm & LabelTerms["terms"][number];
  readonly weights: WeightType & TrainResult["weightType"];
  readonly unlabeled: UnlabeledArticles & NonNullable<ModelCard["unlabeled"]>;
  readonly fitted: FittedTfidfVectorizer & ReturnType<TfidfVectorizer["fit"]>;
  readonly encoding: Encoding & NonNullable<ReadOptions["encoding"]>;
  readonly format: InputFormat & SourceSummary["format"];
}

declare const classifier: Classifier;
declare const tokenizer: Tokenizer;
declare const articles: readonly LabeledArticle[];

export async function predictions(): Promise<void> {
  // Never empty, so the best one needs no check under noUncheckedIndexedAccess.
  const [best]: Predictions = classifier.classify("금리");
  const { label, score }: Prediction = best;
  label.normalize();
  score.toFixed(2);
  (await classify("금리"))[0].label.normalize();
  for (const [first] of classifier.classifyBatch(["금리"])) first.score.toFixed(2);

  // @ts-expect-error: an empty list is no Predictions
  const none: Predictions = [];
  // @ts-expect-error: only the first is known to be there
  classifier.classify("금리", { topK: 2 })[1].label.normalize();
  // @ts-expect-error: results are not to be changed
  best.score = 1;
  // @ts-expect-error: nor is their order
  classifier.classify("금리").reverse();
  // @ts-expect-error: many texts go to classifyBatch
  classifier.classify(["금리"]);
  // @ts-expect-error: the option is topK
  classifier.classify("금리", { topk: 2 });
  // @ts-expect-error: an article has a title and a body
  classifier.classifyArticle({ title: "금리" } satisfies Article);
  void none;
}

export async function loading(): Promise<void> {
  await Classifier.load(new Uint8Array(0));
  await Classifier.load(fromFile("models/news.newsclf"), { tokenizer });
  await Classifier.load({ read: async () => new Uint8Array(0) });
  await saveModel("models/copy.newsclf", classifier);
  await classify("금리", { model: classifier });
  await classify("금리", { model: new Uint8Array(0), topK: 3 });

  // @ts-expect-error: a classifier is loaded or trained, never made half
  new Classifier();
  // @ts-expect-error: paths go through fromFile
  await Classifier.load("models/news.newsclf");
  // @ts-expect-error: a source gives bytes
  const source: ModelSource = { read: async () => "text" };
  // @ts-expect-error: labels belong to the model
  classifier.labels = [];
  // @ts-expect-error: and their order too
  classifier.labels.push("날씨");
  void source;
}

export async function training(): Promise<TrainResult> {
  const options: TrainOptions = {
    seed: 1,
    validationFraction: 0.2,
    tokenizer,
    terms: { tags: "content", ngramRange: [1, 2] },
    vectorizer: { minDf: 2 },
    network: { hiddenUnits: [64, 32, 32] },
    optimizer: { schedule: "linear" },
    onEpoch: ({ epoch, validationMacroF1 }: EpochRecord) => [epoch.toFixed(), validationMacroF1?.toFixed(4)],
    signal: new AbortController().signal,
  };
  async function* later(): AsyncGenerator<LabeledArticle> {
    yield* articles;
  }
  await train(later(), options);

  // @ts-expect-error: an unknown option
  await train(articles, { epochs: 3 });
  // @ts-expect-error: an unknown option of a group
  await train(articles, { optimizer: { epoch: 3 } });
  // @ts-expect-error: three hidden layers
  await train(articles, { network: { hiddenUnits: [64, 32] } });
  // @ts-expect-error: one of the words listed
  await train(articles, { optimizer: { schedule: "step" } });
  // @ts-expect-error: scikit-learn's name, which has two meanings there
  await train(articles, { vectorizer: { min_df: 2 } });
  // @ts-expect-error: articles to learn from have a label
  await train([{ title: "금리", body: "" }]);
  // @ts-expect-error: a loss may be missing
  await train(articles, { onEpoch: ({ validationLoss }) => validationLoss.toFixed(4) });
  return train(articles, options);
}

export function evaluating(): number {
  const report = evaluate(classifier, articles);
  // @ts-expect-error: articles to measure on have a label
  evaluate(classifier, [{ title: "금리", body: "" }]);
  return report.macroF1;
}

export function errors(error: unknown): ErrorCode | null {
  // @ts-expect-error: anything may be thrown
  error.code;
  if (!isNewsclfError(error)) return null;
  const code: ErrorCode = error.code;
  // @ts-expect-error: not one of the codes
  const other: boolean = code === "OUT_OF_LUCK";
  if (error instanceof OptionError) error.option.normalize();
  return other ? null : code;
}
