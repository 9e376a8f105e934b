import { Classifier } from "./classifier.js";
import { createDocumentTerms, type DocumentTerms } from "./document-terms.js";
import { DatasetError, OptionError, TrainingError } from "./errors.js";
import { CsrBuilder } from "./features/csr-builder.js";
import { countByLabel } from "./features/term-statistics.js";
import { TfidfVectorizer } from "./features/tfidf-vectorizer.js";
import type { MlpKernelFactory } from "./kernels/mlp.js";
import { FORMAT_VERSION } from "./model-file/manifest.js";
import { encodeModel } from "./model-file/model-file.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { type EpochRecord, type TrainCommand, type TrainEvent, type TrainOutcome, trainMlp } from "./nn/train-mlp.js";
import { resolveTrainingSettings, type TrainingSettings } from "./options/train-options.js";
import { stratifiedSplit } from "./stratified-split.js";
import { type Article, type Label, type LabeledArticle, toDocument } from "./text/article.js";

/** What training is doing, for a progress display. */
export type TrainProgress =
  | {
      readonly stage: "analyze";
      /** Articles analysed. */
      readonly nDone: number;
      readonly nTotal: number;
    }
  | {
      readonly stage: "train";
      /** 1-based. */
      readonly epoch: number;
      readonly nEpochs: number;
      /** Optimizer steps done and in all, should no epoch be left out. */
      readonly step: number;
      readonly nSteps: number;
      /** Mean training loss of the epoch so far, in nats. */
      readonly loss: number;
      /** Documents gone through since training began. */
      readonly nDocuments: number;
      /** Of the last finished epoch; null before that or without a validation share. */
      readonly validationMacroF1: number | null;
    };

export interface TrainOptions extends TrainingSettings {
  /** The package's mecab-ko-dic when left out. Its user words become part of the model. */
  readonly tokenizer?: Tokenizer;
  /** The network's inner loops, in training and in the classifier; the package's WebAssembly module when left out. */
  readonly kernels?: MlpKernelFactory;
  /** Name of the articles' source for error messages; "articles" when left out. */
  readonly source?: string;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called often: while the articles are analysed, from none to all of them, and then as the network is trained. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /**
   * When aborted, training ends with the best weights so far, the present epoch cut short and judged like the others;
   * before the first step there are none, so it throws.
   */
  readonly signal?: AbortSignal;
}

/** An article of the validation share. */
export interface ValidationArticle {
  /** 0-based place among the articles given. */
  readonly index: number;
  readonly article: LabeledArticle;
}

export interface TrainResult {
  readonly classifier: Classifier;
  /** One record for each finished epoch. */
  readonly history: readonly EpochRecord[];
  /** The articles kept back, in the order given; empty without a validation share. */
  readonly validation: readonly ValidationArticle[];
  /** Whether `signal` ended the run before its time. */
  readonly isInterrupted: boolean;
}

/** Documents analysed between two looks at the event loop. */
const DOCUMENTS_PER_TURN = 256;

/** Lets timers, signals and I/O of the program run. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

interface Corpus {
  readonly articles: readonly LabeledArticle[];
  /** Sorted by code unit. */
  readonly labels: readonly Label[];
  /** `[nArticles]` number of each article's label. */
  readonly labelNumbers: Int32Array;
}

/**
 * Returns copies of the articles. What is iterable at once is copied at once, so that the caller may change it later.
 * @throws {OptionError} when a title, body or label is not a string, or a label is empty
 */
async function copyArticles(
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
): Promise<readonly LabeledArticle[]> {
  const copies: LabeledArticle[] = [];
  const take = ({ title, body, label }: LabeledArticle): void => {
    for (const [name, value] of Object.entries({ title, body, label })) {
      if (typeof value !== "string") throw new OptionError(`articles[${copies.length}].${name}`, "a string", value);
    }
    if (label === "") throw new OptionError(`articles[${copies.length}].label`, "a string that is not empty", label);
    copies.push({ title, body, label });
  };
  if (Symbol.iterator in articles) for (const article of articles) take(article);
  else for await (const article of articles) take(article);
  return copies;
}

function describeCorpus(articles: readonly LabeledArticle[], source: string): Corpus {
  if (articles.length === 0) throw new DatasetError("DATASET_EMPTY", { source }, "there is no article");
  const support = new Map<Label, number>();
  for (const { label } of articles) support.set(label, (support.get(label) ?? 0) + 1);
  const labels = [...support.keys()].sort();
  if (labels.length < 2) {
    throw new DatasetError(
      "DATASET_ONE_LABEL",
      { source },
      `all ${articles.length} articles have the label ${JSON.stringify(labels[0])}; a classifier needs two labels or more`,
    );
  }
  const rare = labels.filter((label) => (support.get(label) as number) < 2);
  if (rare.length > 0) {
    throw new DatasetError(
      "DATASET_FEW_DOCUMENTS",
      { source },
      `a label needs two articles or more; only one has ${rare.map((label) => JSON.stringify(label)).join(", ")}; add articles or drop the label`,
    );
  }
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const labelNumbers = Int32Array.from(articles, ({ label }) => numbers.get(label) as number);
  return { articles, labels, labelNumbers };
}

/** Articles hashed at once; part of the definition of `trainingDataHash`. */
const HASH_BLOCK_ARTICLES = 1024;

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** WebCrypto cannot hash piece by piece, so this is the hash of the hashes of blocks; see docs/model-format.md. */
async function hashArticles(articles: readonly LabeledArticle[]): Promise<string> {
  const encoder = new TextEncoder();
  const blockDigests: number[] = [];
  for (let start = 0; start < articles.length; start += HASH_BLOCK_ARTICLES) {
    let block = "";
    for (const { label, title, body } of articles.slice(start, start + HASH_BLOCK_ARTICLES)) {
      block += `${label}\0${title}\0${body}\0`;
    }
    blockDigests.push(...(await digest(encoder.encode(block))));
  }
  const whole = await digest(Uint8Array.from(blockDigests));
  return Array.from(whole, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Feeds the articles' terms to `take`, letting the program breathe in between. */
async function analyze(
  articles: readonly LabeledArticle[],
  rows: Uint32Array,
  termsOf: DocumentTerms,
  take: (terms: readonly string[]) => void,
  onTurn: (nDone: number) => Promise<void>,
): Promise<void> {
  for (const [place, row] of rows.entries()) {
    if (place % DOCUMENTS_PER_TURN === 0) await onTurn(place);
    take(termsOf(toDocument(articles[row] as Article)));
  }
}

type Callbacks = { readonly [K in "onEpoch" | "onProgress" | "signal"]: TrainOptions[K] | undefined };

/** Runs the network's training to its end, passing on what happens and stopping it when asked to. */
async function drive(
  run: Generator<TrainEvent, TrainOutcome, TrainCommand>,
  { onEpoch, onProgress, signal }: Callbacks,
): Promise<TrainOutcome> {
  let validationMacroF1: number | null = null;
  let nDocumentsBefore = 0;
  let nDocumentsInEpoch = 0;
  for (;;) {
    const { done, value } = run.next(signal?.aborted ? "stop" : undefined);
    if (done) return value;
    if (value.kind === "epoch") {
      validationMacroF1 = value.record.validationMacroF1;
      nDocumentsBefore += nDocumentsInEpoch;
      onEpoch?.(value.record);
    } else {
      const { epoch, nEpochs, step, nSteps, trainLoss } = value;
      nDocumentsInEpoch = value.nDocuments;
      const nDocuments = nDocumentsBefore + nDocumentsInEpoch;
      onProgress?.({ stage: "train", epoch, nEpochs, step, nSteps, loss: trainLoss, nDocuments, validationMacroF1 });
    }
    await yieldToEventLoop();
  }
}

/**
 * Trains a classifier.
 *
 * Articles are analysed one by one; vocabulary, document frequencies and weights are fitted on the training share only.
 * The same articles, settings, tokenizer and kernels give the same model, byte for byte, on any engine.
 *
 * @throws {OptionError} when an option is out of range, or an article's parts are not strings or its label is empty
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
 * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
 * @throws {NewsclfError} code VOCABULARY_EMPTY when no term passes minDf and maxDfFraction
 * @throws {KernelError} when the runtime has no WebAssembly with SIMD, or not the memory
 * @throws {TrainingError} when the loss is not finite, or `signal` is aborted before the first step
 * @example
 * ```ts
 * const { classifier } = await train(articles, { seed: 1, vectorizer: { minDf: 3 } });
 * ```
 */
export async function train(
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const {
    tokenizer: givenTokenizer,
    kernels: givenKernels,
    source = "articles",
    onEpoch,
    onProgress,
    signal,
    ...given
  } = options;
  const settings = resolveTrainingSettings(given);
  const corpus = describeCorpus(await copyArticles(articles), source);
  const tokenizer = givenTokenizer ?? (await (await import("#assets")).loadDefaultTokenizer());
  // Before the analysis, so that a runtime without WebAssembly shows at once.
  const kernels = givenKernels ?? (await (await import("#assets")).loadDefaultMlp());
  const { labels, labelNumbers } = corpus;
  const split = stratifiedSplit(labelNumbers, labels.length, settings.validationFraction, settings.seed);

  const termsOf = createDocumentTerms(tokenizer, settings.terms);
  const accumulator = new TfidfVectorizer(settings.vectorizer).accumulator();
  const report = async (nDone: number): Promise<void> => {
    onProgress?.({ stage: "analyze", nDone, nTotal: corpus.articles.length });
    await yieldToEventLoop();
    if (signal?.aborted)
      throw new TrainingError(
        "TRAINING_ABORTED",
        0,
        0,
        "stopped while the articles were analysed; there is no model yet",
      );
  };
  await analyze(corpus.articles, split.train, termsOf, (terms) => accumulator.add(terms), report);
  const { fitted, matrix } = accumulator.finish();
  const validationRows = new CsrBuilder(fitted.vocabulary.nTerms);
  await analyze(
    corpus.articles,
    split.validation,
    termsOf,
    (terms) => validationRows.append(fitted.transformDocument(terms)),
    (nDone) => report(split.train.length + nDone),
  );
  await report(corpus.articles.length);

  const pick = (rows: Uint32Array): Int32Array => Int32Array.from(rows, (row) => labelNumbers[row] as number);
  const trainLabels = pick(split.train);
  const run = trainMlp({
    matrix,
    labels: trainLabels,
    nLabels: labels.length,
    validation:
      split.validation.length === 0 ? null : { matrix: validationRows.finish(), labels: pick(split.validation) },
    network: settings.network,
    optimizer: settings.optimizer,
    seed: settings.seed,
    kernels,
  });
  const outcome = await drive(run, { onEpoch, onProgress, signal });

  const counts = countByLabel(matrix, trainLabels, labels.length);
  const bytes = await encodeModel({
    metadata: {
      formatVersion: FORMAT_VERSION,
      labels,
      tokenizerId: tokenizer.id,
      settings,
      nDocuments: split.train.length,
      trainSupport: Array.from(counts.nLabelDocuments),
      nValidationDocuments: split.validation.length,
      trainingDataHash: await hashArticles(corpus.articles),
      selectedEpoch: outcome.selectedEpoch,
    },
    vocabulary: fitted.vocabulary,
    labelDocumentFrequency: counts.labelDocumentFrequency,
    weights: outcome.weights,
    userWords: tokenizer.userWords ?? [],
  });
  return {
    classifier: await Classifier.load(bytes, { tokenizer, kernels }),
    history: outcome.history,
    validation: Array.from(split.validation, (index) => ({ index, article: corpus.articles[index] as LabeledArticle })),
    isInterrupted: outcome.ending === "stopped",
  };
}
