import { Classifier } from "./classifier.js";
import { OptionError, TrainingError } from "./errors.js";
import { type RowSource, sliceRows } from "./features/csr-matrix.js";
import { termKindsOf } from "./features/term-kinds.js";
import { countByLabel } from "./features/term-statistics.js";
import type { MlpKernelFactory } from "./kernels/mlp.js";
import { decodeCheckpoint, encodeCheckpoint, type RunDescription } from "./model-file/checkpoint.js";
import { FORMAT_VERSION } from "./model-file/manifest.js";
import { encodeModel } from "./model-file/model-file.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { type Calibration, noCalibration } from "./nn/calibration.js";
import type { EpochRecord } from "./nn/epoch-record.js";
import { planRun, type TrainMlpInput } from "./nn/train-mlp.js";
import type { EngineChoice } from "./nn/training-backend.js";
import type { Rollback, TrainingState } from "./nn/training-state.js";
import type { LabeledMatrix } from "./nn/validation.js";
import { type JoinedNetworks, joinNetworks, layersOf, packNetworks, type WeightType } from "./nn/weights.js";
import { checkMethod, checkOptions } from "./options/check-argument.js";
import { resolveTrainingSettings, type TrainingSettings } from "./options/train-options.js";
import { checkUnlabeledUse } from "./options/unlabeled-use.js";
import { sha256, toHex } from "./sha-256.js";
import type { Article, Label, LabeledArticle } from "./text/article.js";
import { type Analysis, type AnalyzedCorpus, analyzeCorpus, analyzeUnlabeled } from "./training/analyze-corpus.js";
import { chooseWeightType, type RefusedWeights } from "./training/choose-weight-type.js";
import { createLocalAnalyzer, type DocumentAnalyzerFactory } from "./training/document-analyzer.js";
import { fitCalibration, fitSelfTrainedCalibration } from "./training/fit-calibration.js";
import type { FinishedMember } from "./training/fit-ensemble.js";
import { fitMembers, mapAll } from "./training/fit-members.js";
import { studentOptimizer } from "./training/fit-student.js";
import type { NetworkThreads } from "./training/network-threads.js";
import { pretrainingOf } from "./training/pretraining.js";
import { type TrainProgress, yieldToEventLoop } from "./training/progress.js";
import { rowsToLabel } from "./training/pseudo-labels.js";
import { ArticleShare } from "./training/shared-articles.js";
import { StoredArticles } from "./training/stored-articles.js";
import { planStudent } from "./training/student-plan.js";
import type { TrainingMemory } from "./training/training-memory.js";
import { vectorizeCorpus } from "./training/vectorize-corpus.js";

export type { TrainProgress } from "./training/progress.js";

export interface TrainOptions extends TrainingSettings {
  /** The package's mecab-ko-dic when left out. Its user words become part of the model. */
  readonly tokenizer?: Tokenizer;
  /** The network's inner loops, in training and in the classifier; the package's WebAssembly module when left out. */
  readonly kernels?: MlpKernelFactory;
  /** Analyses the articles, perhaps in several threads; the calling thread does when left out. */
  readonly analyzer?: DocumentAnalyzerFactory;
  /**
   * Threads that train the networks, with kernels of their own, for engine "wasm"; the calling one does all when left out. The model is the same.
   * The callbacks of networks that are trained side by side come mixed.
   */
  readonly threads?: NetworkThreads;
  /**
   * A limit of memory, for articles that may not fit into it: terms go to a file, and the matrix where it is too large. The
   * model is the same. Articles that are to stay in a file, too, are given as {@link StoredArticles}.
   */
  readonly memory?: TrainingMemory;
  /**
   * Articles without labels, read once: their terms are part of the vocabulary and of the document frequencies. The linear member
   * learns from them with labels that it gives them itself (`pseudoLabelRounds`); with `pretrain: "autoencoder"` the hidden
   * layers learn from them before they learn labels. They may be those that are to be classified.
   */
  readonly unlabeled?: Iterable<Article> | AsyncIterable<Article>;
  /** Name of the articles' source for error messages; "articles" when left out. */
  readonly source?: string;
  /**
   * Called once when all articles have been read; returns what each label is to be, such as one of its spellings. Labels stay
   * as they are when left out.
   */
  readonly chooseLabels?: () => (label: Label) => Label;
  /** Called with what engine "tfjs" runs on, before the articles are analysed. */
  readonly onEngine?: (choice: EngineChoice) => void;
  /** Called when a stage of the run begins. */
  readonly onStage?: (stage: TrainStage) => void;
  /** Called after each epoch with the 0-based number of the network that it belongs to. */
  readonly onEpoch?: (record: EpochRecord, member: number) => void;
  /** Called when a loss was not finite and the run goes on from earlier weights with a lower learning rate. */
  readonly onRollback?: (rollback: Rollback) => void;
  /** Called often: while the articles are analysed, from none to all of them, and then as the network is trained. */
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Where checkpoints of the network's training go; none are made when left out. */
  readonly checkpoints?: CheckpointStore;
  /** Where to go on: the last checkpoint of a run on the same articles with the same options. */
  readonly resume?: Checkpoint;
  /**
   * When aborted, training ends with the best weights so far, the present epoch cut short and judged like the others;
   * before the first step there are none, so it throws. An ensemble ends with the networks that are done, also when it was to be
   * distilled, and the linear member with the pass that it is at, or, where it learns labels of its own, with the last round
   * that was done.
   */
  readonly signal?: AbortSignal;
}

/** Reading and analysing go on together in "analyze" where the articles come from an asynchronous source. */
export type TrainStage = "analyze" | "vectorize" | "train" | "distill" | "encode";

/** Keeps the last checkpoint of a run. */
export interface CheckpointStore {
  /**
   * Whether to save one now; asked some time after each thousand documents ("step") and after each epoch. What the
   * model becomes does not depend on the answer.
   */
  isDue(moment: { readonly kind: "step" | "epoch" }): boolean;
  /** Replaces the checkpoint before, whole or not at all; training waits. */
  save(bytes: Uint8Array): Promise<void>;
}

export interface Checkpoint {
  /** For messages, such as a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An article of the validation share. */
export interface ValidationArticle {
  /** 0-based place among the articles given. */
  readonly index: number;
  readonly article: LabeledArticle;
}

export interface TrainResult {
  readonly classifier: Classifier;
  /** One record for each finished epoch of the model's first network. */
  readonly history: readonly EpochRecord[];
  /** Returns to earlier weights after a loss that was not finite; usually none. */
  readonly rollbacks: readonly Rollback[];
  /** The articles kept back, in the order given; empty without a validation share. */
  readonly validation: readonly ValidationArticle[];
  /**
   * The classifier to measure on the articles kept back. It is `classifier` itself, unless the linear member of that has learned
   * from them, too (option `refit`): then the same before it did.
   */
  readonly measured: Classifier;
  /** Type of the first layers' weights in the model. */
  readonly weightType: WeightType;
  /** Smaller types that the option `weights: "auto"` did not take, and why; usually none. */
  readonly refusedWeights: readonly RefusedWeights[];
  /** Whether `signal` ended the run before its time. */
  readonly isInterrupted: boolean;
}

/** Training articles that small weights are tried on where none are kept back. */
const N_STAND_INS = 1000;

/** Articles to train on, or a share of some that several trainings learn from. */
type TrainingArticles = Iterable<LabeledArticle> | AsyncIterable<LabeledArticle> | ArticleShare;

/** A training whose model has not been measured. */
export interface TrainedModel extends Omit<TrainResult, "measured"> {
  /** Makes the classifier of that name in {@link TrainResult}. */
  readonly makeMeasured: () => Promise<Classifier>;
}

/** Copies what is iterable at once, so that the caller may change it later. */
function detach(articles: TrainingArticles): {
  readonly articles: TrainingArticles;
  readonly nArticles: number | null;
} {
  if (articles instanceof ArticleShare) return { articles, nArticles: articles.nAnalyzed };
  if (!(Symbol.iterator in articles)) return { articles, nArticles: null };
  if (articles instanceof StoredArticles) return { articles, nArticles: articles.nArticles };
  const copies = Array.from(articles, (article) => ({ ...article }));
  return { articles: copies, nArticles: copies.length };
}

/**
 * Trains a classifier.
 *
 * Articles are analysed one by one; vocabulary, document frequencies and weights are fitted on the training share only.
 * The same articles, settings, tokenizer and kernels give the same model, byte for byte, on any machine; with engine
 * "tfjs" on those with the same TensorFlow.js and processor.
 *
 * @throws {OptionError} when an option is out of range, the articles cannot be iterated, or an article's parts are not
 * strings or its label is empty
 * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
 * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
 * @throws {NewsclfError} code VOCABULARY_EMPTY when no term passes minDf and maxDfFraction
 * @throws {ModelFormatError} when the checkpoint is damaged or no checkpoint
 * @throws {NewsclfError} code CHECKPOINT_MISMATCH when the checkpoint is of another run
 * @throws {KernelError} when the runtime has no WebAssembly with SIMD, or not the memory, or engine "tfjs" finds no
 * TensorFlow.js that works
 * @throws {TrainingError} when the loss is not finite even at a lower rate, or `signal` is aborted before the first step
 * @example
 * ```ts
 * const { classifier } = await train(articles, { seed: 1, vectorizer: { minDf: 3 } });
 * ```
 */
export async function train(
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
  options: TrainOptions = {},
): Promise<TrainResult> {
  checkOptions("options", options);
  const isIterable =
    typeof articles === "object" &&
    articles !== null &&
    (Symbol.iterator in articles || Symbol.asyncIterator in articles);
  if (!isIterable) throw new OptionError("articles", "an iterable of articles, { title, body, label }", articles);
  if (options.tokenizer !== undefined) checkMethod("tokenizer", options.tokenizer, "tokenize", "a Tokenizer");
  const { makeMeasured, ...result } = await trainModel(articles, options);
  return { ...result, measured: await makeMeasured() };
}

/** {@link train} for callers that measure the model in another way. */
export async function trainModel(articles: TrainingArticles, options: TrainOptions): Promise<TrainedModel> {
  const {
    tokenizer: givenTokenizer,
    kernels: givenKernels,
    analyzer: givenAnalyzer,
    threads,
    memory,
    unlabeled,
    source = "articles",
    chooseLabels,
    onEngine,
    onStage,
    onEpoch,
    onRollback,
    onProgress,
    checkpoints,
    resume,
    signal,
    ...given
  } = options;
  const settings = resolveTrainingSettings(given);
  if (unlabeled !== undefined) checkUnlabeledUse(settings);
  const { articles: detached, nArticles } = detach(articles);
  const tokenizer = givenTokenizer ?? (await (await import("#assets")).loadDefaultTokenizer());
  // Before the analysis, so that a runtime without WebAssembly shows at once.
  const kernels = givenKernels ?? (await (await import("#assets")).loadDefaultMlp());
  const engine = settings.engine === "tfjs" ? await (await import("./backends/tfjs/load.js")).loadTfjs() : null;
  if (engine !== null) onEngine?.(engine);
  const numbering = await (await import("#assets")).loadDefaultNumbering();
  const analyzer = givenAnalyzer?.(settings.terms) ?? createLocalAnalyzer(tokenizer, settings.terms, numbering);

  onStage?.("analyze");
  const onTurn = async (nDone: number): Promise<void> => {
    onProgress?.({ stage: "analyze", nDone, nTotal: unlabeled === undefined ? nArticles : null });
    await yieldToEventLoop();
    if (signal?.aborted) throw abortedError();
  };
  const analysis: Analysis = { clean: settings.text.clean, analyzer, numbering, onTurn, memory };
  const analyze = async (): Promise<AnalyzedCorpus> => {
    const analyzed =
      detached instanceof ArticleShare
        ? await detached.analyze(analysis, source, chooseLabels)
        : await analyzeCorpus(detached, analysis, source, chooseLabels);
    const more = unlabeled && { unlabeled: await analyzeUnlabeled(unlabeled, analysis, analyzed.log) };
    onStage?.("vectorize");
    return { ...analyzed, ...more };
  };
  const vectorized = await vectorizeCorpus(analyze, settings, threads, memory);
  const { corpus, split, matrix, training, validation, everything, unlabeledMatrix, unlabeledHash, nLanes } =
    vectorized;
  const { vocabulary } = vectorized.fitted;
  const { labels } = corpus;

  const input: TrainMlpInput = {
    ...training,
    nLabels: labels.length,
    validation,
    network: settings.network,
    optimizer: settings.optimizer,
    isBootstrapped: settings.bootstrap,
    pretraining: pretrainingOf(settings, unlabeledMatrix),
    seed: settings.seed,
    kernels,
  };
  const run: RunDescription = {
    trainingDataHash: unlabeledHash === null ? corpus.hash : await hashBoth(corpus.hash, unlabeledHash),
    tokenizerId: tokenizer.id,
    settings,
    shape: {
      nTerms: vocabulary.nTerms,
      hiddenUnits: settings.network.hiddenUnits,
      nLabels: labels.length,
    },
    ...planRun(split.train.length, settings.optimizer),
    student: settings.distill
      ? {
          hiddenUnits: planStudent(settings, labels.length).hiddenUnits,
          nEpochs: planRun(split.train.length, studentOptimizer(settings.optimizer)).nEpochs,
        }
      : null,
  };
  const states = checkpoints && {
    isDue: checkpoints.isDue.bind(checkpoints),
    save: async (state: TrainingState, finished: readonly FinishedMember[]) =>
      checkpoints.save(await encodeCheckpoint(state, run, finished)),
  };
  onStage?.("train");
  const state = resume && (await decodeCheckpoint(resume.bytes, run, resume.name));
  const unlabeledRows = unlabeledMatrix && rowsToLabel(matrix, unlabeledMatrix.nRows);
  const fitted = await fitMembers({
    input,
    settings,
    termKinds: termKindsOf(vocabulary),
    everything,
    unlabeled: unlabeledRows,
    backend: engine?.backend,
    threads,
    nLanes,
    resume: state,
    callbacks: { onEpoch, onRollback, onProgress, checkpoints: states, signal },
    onDistill: () => onStage?.("distill"),
  });
  const { networks, counts, refitted, nPseudoLabelRounds } = fitted;
  const { members, votes } = fitted.voters;

  // The first training articles stand in where none are kept back: what is asked is whether the answers stay the same.
  const stored = chooseWeightType(
    members,
    votes,
    settings.weights,
    validation ?? firstRows(training, N_STAND_INS),
    labels.length,
    kernels,
  );
  const calibrationOn = (articles: LabeledMatrix): Calibration => {
    const { beforeSelfTraining: before } = fitted;
    if (before === null || unlabeledRows === null) {
      return fitCalibration(stored.probabilities(), articles.labels, labels.length);
    }
    const teachers = { networks: joinNetworks(before.members, before.votes), unlabeled: unlabeledRows };
    return fitSelfTrainedCalibration(
      stored.networks,
      stored.probabilities(),
      articles,
      labels.length,
      teachers,
      kernels,
    );
  };
  const calibration =
    validation !== null && settings.calibrate ? calibrationOn(validation) : noCalibration(labels.length);

  onStage?.("encode");
  const metadata = {
    formatVersion: FORMAT_VERSION,
    labels,
    tokenizerId: tokenizer.id,
    settings,
    nDocuments: split.train.length,
    trainSupport: Array.from(counts.nLabelDocuments),
    nValidationDocuments: split.validation.length,
    isDistilled: fitted.isDistilled,
    trainingDataHash: corpus.hash,
    ...(unlabeledHash === null || unlabeledMatrix === null
      ? {}
      : { unlabeled: { nDocuments: unlabeledMatrix.nRows, hash: unlabeledHash, nPseudoLabelRounds } }),
    members: stored.networks.members.map((member, m) => ({
      hiddenUnits: layersOf(member).hiddenUnits,
      votes: votes[m] as number,
    })),
    selectedEpochs: mapAll(networks, ({ selectedEpoch }) => selectedEpoch),
    calibration,
  };
  const classifierOf = async (networks: JoinedNetworks, isRefitted: boolean): Promise<Classifier> => {
    const bytes = await encodeModel({
      metadata: { ...metadata, isRefitted },
      vocabulary,
      labelDocumentFrequency: counts.labelDocumentFrequency,
      ...(unlabeledMatrix === null ? {} : { unlabeledDocumentFrequency: countRows(unlabeledMatrix) }),
      networks,
      userWords: tokenizer.userWords ?? [],
    });
    return Classifier.load(bytes, { tokenizer, kernels });
  };
  const classifier = await (refitted === null
    ? classifierOf(stored.networks, false)
    : classifierOf(packNetworks(joinNetworks(refitted.members, refitted.votes), stored.type), true));
  return {
    classifier,
    makeMeasured: async () => (refitted === null ? classifier : classifierOf(stored.networks, false)),
    history: networks[0].history,
    rollbacks: fitted.rollbacks,
    validation: Array.from(split.validation, (index) => ({
      index,
      article: corpus.articles.at(index) as LabeledArticle,
    })),
    weightType: stored.type,
    refusedWeights: stored.refused,
    isInterrupted: fitted.isInterrupted,
  };
}

function abortedError(): TrainingError {
  const problem = "stopped while the articles were analysed; there is no model yet";
  return new TrainingError("TRAINING_ABORTED", 0, 0, problem);
}

/** `[V]` rows that hold each column. */
function countRows(matrix: RowSource): Uint32Array {
  return countByLabel(matrix, new Uint8Array(matrix.nRows), 1).labelDocumentFrequency;
}

/** One hash for both kinds of articles: a checkpoint is of a run on all of them. */
async function hashBoth(labeledHash: string, unlabeledHash: string): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(`${labeledHash}${unlabeledHash}`)));
}

/** The first rows of a matrix, or all where there are fewer. */
function firstRows({ matrix, labels }: LabeledMatrix, nRows: number): LabeledMatrix {
  const n = Math.min(nRows, matrix.nRows);
  return { matrix: sliceRows(matrix, 0, n), labels: labels.subarray(0, n) };
}
