import { Classifier } from "./classifier.js";
import { OptionError, TrainingError } from "./errors.js";
import type { RowSource } from "./features/csr-matrix.js";
import type { SparseRow } from "./features/sparse-row.js";
import type { Spool } from "./features/spool.js";
import { BYTES_PER_STORED_VALUE, StoredMatrix, StoredMatrixBuilder } from "./features/stored-matrix.js";
import { countByLabel, type LabelCounts } from "./features/term-statistics.js";
import { type FittedTfidfVectorizer, TfidfVectorizer } from "./features/tfidf-vectorizer.js";
import type { MlpKernelFactory } from "./kernels/mlp.js";
import { decodeCheckpoint, encodeCheckpoint, type RunDescription } from "./model-file/checkpoint.js";
import { FORMAT_VERSION } from "./model-file/manifest.js";
import { encodeModel } from "./model-file/model-file.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { noCalibration } from "./nn/calibration.js";
import type { EpochRecord } from "./nn/epoch-record.js";
import type { LinearMember } from "./nn/linear-member.js";
import { planRun, type TrainMlpInput } from "./nn/train-mlp.js";
import type { EngineChoice } from "./nn/training-backend.js";
import type { Rollback, TrainingState } from "./nn/training-state.js";
import type { LabeledMatrix } from "./nn/validation.js";
import {
  type JoinedNetworks,
  joinNetworks,
  layersOf,
  type MlpWeights,
  packNetworks,
  type WeightType,
} from "./nn/weights.js";
import {
  type ResolvedTrainingSettings,
  resolveTrainingSettings,
  type TrainingSettings,
} from "./options/train-options.js";
import { sha256, toHex } from "./sha-256.js";
import { concatRows, type Split, stratifiedSplit } from "./stratified-split.js";
import type { Article, Label, LabeledArticle } from "./text/article.js";
import { type AnalyzedCorpus, analyzeCorpus, analyzeUnlabeled } from "./training/analyze-corpus.js";
import { chooseWeightType, type RefusedWeights } from "./training/choose-weight-type.js";
import type { Corpus } from "./training/corpus.js";
import { createLocalAnalyzer, type DocumentAnalyzerFactory } from "./training/document-analyzer.js";
import { fitCalibration } from "./training/fit-calibration.js";
import { type FinishedMember, fitEnsemble } from "./training/fit-ensemble.js";
import { fitLinear } from "./training/fit-linear.js";
import { fitStudent, studentOptimizer } from "./training/fit-student.js";
import { planMemory } from "./training/memory-plan.js";
import type { NetworkThreads } from "./training/network-threads.js";
import { pretrainingOf } from "./training/pretraining.js";
import { type TrainProgress, yieldToEventLoop } from "./training/progress.js";
import { rowsOfRefit } from "./training/refit.js";
import { StoredArticles } from "./training/stored-articles.js";
import type { TrainingMemory } from "./training/training-memory.js";
import { votesOf } from "./training/votes.js";
import { isWorthThreads, isWorthThreadsOfTheirOwn } from "./training/worth-threads.js";

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
   * Articles without labels, read once, for `pretrain: "autoencoder"`: their terms are part of the vocabulary and of the
   * document frequencies, and the hidden layers learn from them before they learn labels.
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
   * distilled, and the linear member with the pass that it is at.
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

/** Copies what is iterable at once, so that the caller may change it later. */
function detach(articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>): {
  readonly articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>;
  readonly nArticles: number | null;
} {
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
 * @throws {OptionError} when an option is out of range, or an article's parts are not strings or its label is empty
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
  if (unlabeled !== undefined && settings.pretrain === "none") {
    throw new OptionError("pretrain", '"autoencoder" where there are unlabeled articles', settings.pretrain);
  }
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
  let unlabeledHash: string | null = null;
  const analyze = async (): Promise<AnalyzedCorpus> => {
    const { clean } = settings.text;
    const analyzed = await analyzeCorpus(detached, clean, analyzer, numbering, source, onTurn, chooseLabels, memory);
    if (unlabeled !== undefined) {
      unlabeledHash = await analyzeUnlabeled(unlabeled, clean, analyzer, onTurn, analyzed.log, memory);
    }
    return analyzed;
  };
  const { corpus, fitted, split, training, validation, everything, unlabeledMatrix, nLanes } = await vectorize(
    analyze,
    settings,
    threads,
    memory,
    onStage,
  );
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
      nTerms: fitted.vocabulary.nTerms,
      hiddenUnits: settings.network.hiddenUnits,
      nLabels: labels.length,
    },
    ...planRun(split.train.length, settings.optimizer),
    nStudentEpochs: settings.distill ? planRun(split.train.length, studentOptimizer(settings.optimizer)).nEpochs : 0,
  };
  const states = checkpoints && {
    isDue: checkpoints.isDue.bind(checkpoints),
    save: async (state: TrainingState, finished: readonly FinishedMember[]) =>
      checkpoints.save(await encodeCheckpoint(state, run, finished)),
  };
  onStage?.("train");
  const state = resume && (await decodeCheckpoint(resume.bytes, run, resume.name));
  const isSideBySide =
    engine === null &&
    isWorthThreadsOfTheirOwn(
      training.matrix.indptr[training.matrix.nRows] as number,
      training.matrix.nRows,
      settings,
      settings.ensemble - (state?.finished.length ?? 0),
    );
  const failure = new AbortController();
  const callbacks = { onEpoch, onRollback, onProgress, checkpoints: states, signal };
  const ensemble = fitEnsemble(
    {
      ...input,
      backend: engine?.backend,
      threads: engine === null && !isSideBySide && isWorthThreads(input) ? threads : undefined,
    },
    settings.ensemble,
    state,
    callbacks,
    isSideBySide ? threads : undefined,
    nLanes,
  ).catch((error: unknown) => {
    failure.abort();
    throw error;
  });
  // While other threads train the networks, this one has the time.
  const linearSignal = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])]);
  const fitLinearOn = (articles: LabeledMatrix): Promise<LinearMember> =>
    fitLinear(articles, labels.length, settings.seed, kernels, linearSignal);
  const workBeside = async (): Promise<{
    readonly linear: LinearMember | null;
    readonly refit: LinearMember | null;
    readonly counts: LabelCounts;
  }> => {
    const linear = settings.linear ? await fitLinearOn(training) : null;
    const refit = everything === null || linearSignal.aborted ? null : await fitLinearOn(everything);
    return { linear, refit, counts: countByLabel(training.matrix, training.labels, labels.length) };
  };
  const [{ finished, isInterrupted }, { linear, refit, counts }] = await Promise.all([ensemble, workBeside()]);
  const isCutShort = isInterrupted || linear?.isCutShort === true;
  const all = votersOf(finished, linear);
  let student: FinishedMember | null = null;
  if (settings.distill && !isCutShort) {
    onStage?.("distill");
    const standing = state?.finished.length === settings.ensemble ? state.state : undefined;
    const lesson = { ...input, backend: engine?.backend };
    student = await fitStudent(lesson, joinNetworks(all.members, all.votes), finished, standing, callbacks);
  }
  const networks = student === null ? finished : ([student] as const);
  const { members, votes } = student === null ? all : votersOf([student], null);

  // The first training articles stand in where none are kept back: what is asked is whether the answers stay the same.
  const stored = chooseWeightType(
    members,
    votes,
    settings.weights,
    validation ?? firstRows(training, N_STAND_INS),
    labels.length,
    kernels,
  );
  const calibration =
    input.validation !== null && settings.calibrate
      ? fitCalibration(stored.probabilities, input.validation.labels, labels.length)
      : noCalibration(labels.length);

  onStage?.("encode");
  // One that was cut short would be worse than the one that was measured.
  const refitted = refit === null || refit.isCutShort ? null : votersOf(networks, refit);
  const metadata = {
    formatVersion: FORMAT_VERSION,
    labels,
    tokenizerId: tokenizer.id,
    settings,
    nDocuments: split.train.length,
    trainSupport: Array.from(counts.nLabelDocuments),
    nValidationDocuments: split.validation.length,
    isDistilled: student !== null,
    trainingDataHash: corpus.hash,
    ...(unlabeledHash === null || unlabeledMatrix === null
      ? {}
      : { unlabeled: { nDocuments: unlabeledMatrix.nRows, hash: unlabeledHash } }),
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
      vocabulary: fitted.vocabulary,
      labelDocumentFrequency: counts.labelDocumentFrequency,
      ...(unlabeledMatrix === null ? {} : { unlabeledDocumentFrequency: countRows(unlabeledMatrix) }),
      networks,
      userWords: tokenizer.userWords ?? [],
    });
    return Classifier.load(bytes, { tokenizer, kernels });
  };
  const measured = await classifierOf(stored.networks, false);
  const classifier =
    refitted === null
      ? measured
      : await classifierOf(packNetworks(joinNetworks(refitted.members, refitted.votes), stored.type), true);
  return {
    classifier,
    measured,
    history: networks[0].history,
    rollbacks: [...finished, ...(student === null ? [] : [student])].flatMap(({ rollbacks }) => rollbacks),
    validation: Array.from(split.validation, (index) => ({
      index,
      article: corpus.articles.at(index) as LabeledArticle,
    })),
    weightType: stored.type,
    refusedWeights: stored.refused,
    isInterrupted: isCutShort || (settings.distill && student === null) || (everything !== null && refitted === null),
  };
}

/** Networks of a model, and how often each counts. */
interface Voters {
  readonly members: readonly [MlpWeights, ...MlpWeights[]];
  readonly votes: readonly number[];
}

function votersOf(networks: readonly [FinishedMember, ...FinishedMember[]], linear: LinearMember | null): Voters {
  const members = mapAll(networks, ({ weights }) => weights);
  const votes = votesOf(networks.length, linear !== null);
  return { members: linear === null ? members : [...members, linear.weights], votes };
}

function mapAll<T, U>([first, ...others]: readonly [T, ...T[]], map: (item: T) => U): readonly [U, ...U[]] {
  return [map(first), ...others.map(map)];
}

function abortedError(): TrainingError {
  const problem = "stopped while the articles were analysed; there is no model yet";
  return new TrainingError("TRAINING_ABORTED", 0, 0, problem);
}

/** What is learned of the articles before the network. */
interface VectorizedCorpus {
  readonly corpus: Corpus;
  readonly split: Split;
  readonly fitted: FittedTfidfVectorizer;
  readonly training: LabeledMatrix;
  /** Null without a validation share. */
  readonly validation: LabeledMatrix | null;
  /** Both together, where the linear member is to learn once more. */
  readonly everything: LabeledMatrix | null;
  /** Null without articles that have no labels. */
  readonly unlabeledMatrix: RowSource | null;
  /** Networks that may be trained side by side. */
  readonly nLanes: number;
}

/** A function of its own so that the log of all terms, often more than all else, is gone before the network is trained. */
async function vectorize(
  analyze: () => Promise<AnalyzedCorpus>,
  settings: ResolvedTrainingSettings,
  threads: NetworkThreads | undefined,
  memory: TrainingMemory | undefined,
  onStage: TrainOptions["onStage"],
): Promise<VectorizedCorpus> {
  const { corpus, log } = await analyze();
  onStage?.("vectorize");
  const nThreads = threads?.nThreads ?? 1;
  const { labels, labelNumbers } = corpus;
  const split = stratifiedSplit(labelNumbers, labels.length, settings.validationFraction, settings.seed);
  // What follows is the work of one thread, while others can start. Below a limit of memory there may be fewer.
  const { engine, ensemble } = settings;
  if (memory === undefined && engine === "wasm") {
    const isWorth = isWorthThreadsOfTheirOwn(log.nOccurrences, split.train.length, settings, ensemble);
    if (isWorth) threads?.prepareNetworks(ensemble);
  }
  // Articles without labels come behind the others.
  const nLabeled = labelNumbers.length;
  const unlabeledRows = Uint32Array.from({ length: log.nDocuments - nLabeled }, (_, i) => nLabeled + i);
  const fittedRows = concatRows(split.train, unlabeledRows);
  const { fitted, matrixOf, rowsOf } = new TfidfVectorizer(settings.vectorizer).fitLog(log, fittedRows);
  const { nTerms } = fitted.vocabulary;
  const plan = memory && planMemory(memory.maxBytes, settings, nTerms, log, labels.length, nThreads);
  // Of the training share this is exact; documents kept back are like it.
  const nnzOfTraining = fitted.documentFrequency.reduce((sum, frequency) => sum + frequency, 0);
  const refitRows = rowsOfRefit(settings, split);
  const nRows = log.nDocuments + (refitRows?.length ?? 0);
  const matrixBytes = BYTES_PER_STORED_VALUE * nnzOfTraining * (nRows / fittedRows.length);
  const store = plan !== undefined && matrixBytes > plan.matrixBytes ? memory : undefined;
  const rowSourceOf = (rows: Uint32Array): RowSource =>
    store === undefined ? matrixOf(rows, nThreads > 1) : storeMatrix(rowsOf(rows), nTerms, store.createSpool());
  const shareOf = (rows: Uint32Array): LabeledMatrix => ({
    matrix: rowSourceOf(rows),
    labels: Int32Array.from(rows, (row) => labelNumbers[row] as number),
  });
  const validation = split.validation.length === 0 ? null : shareOf(split.validation);
  const unlabeledMatrix = unlabeledRows.length === 0 ? null : rowSourceOf(unlabeledRows);
  const training = shareOf(split.train);
  const everything = refitRows === null ? null : shareOf(refitRows);
  log.close();
  const nLanes = plan?.nLanes ?? nThreads;
  return { corpus, split, fitted, training, validation, everything, unlabeledMatrix, nLanes };
}

/** `[V]` rows that hold each column. */
function countRows(matrix: RowSource): Uint32Array {
  return countByLabel(matrix, new Uint8Array(matrix.nRows), 1).labelDocumentFrequency;
}

/** One hash for both kinds of articles: a checkpoint is of a run on all of them. */
async function hashBoth(labeledHash: string, unlabeledHash: string): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(`${labeledHash}${unlabeledHash}`)));
}

function storeMatrix(rows: Iterable<SparseRow>, nColumns: number, spool: Spool): StoredMatrix {
  const builder = new StoredMatrixBuilder(nColumns, spool);
  for (const row of rows) builder.append(row);
  return builder.finish();
}

/** The first rows of a matrix, or all where there are fewer. */
function firstRows({ matrix, labels }: LabeledMatrix, nRows: number): LabeledMatrix {
  const n = Math.min(nRows, matrix.nRows);
  const { nColumns } = matrix;
  const layout = { nRows: n, nColumns, indptr: matrix.indptr.subarray(0, n + 1) };
  const first = "indices" in matrix ? { ...matrix, ...layout } : new StoredMatrix(layout, matrix.spool);
  return { matrix: first, labels: labels.subarray(0, n) };
}
