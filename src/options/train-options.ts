import { NewsclfError } from "../errors.js";
import type { OptionSpec } from "./constraint.js";
import { type Resolved, resolveOptions } from "./resolve-options.js";

/** What is done to a text before it is split: see `cleanText` and `cleanNews`. */
export type Cleaning = "none" | "news";

/** How articles become documents. */
export interface TextOptions {
  /** Take out bylines, datelines, copyright notices and the like. */
  readonly clean?: Cleaning;
}

/** How tokens become terms. */
export interface TermOptions {
  /** Which tokens count: words that carry content, or all. */
  readonly tags?: "content" | "all";
  /** Also take the parts of Compound and Inflect tokens apart. */
  readonly decompose?: boolean;
  /** Drop the Korean and English stop words. */
  readonly stopWords?: boolean;
  /** Reduce Latin-script words to their Porter stem. */
  readonly stem?: boolean;
  /** Shortest and longest word n-gram. */
  readonly ngramRange?: readonly [number, number];
  /** Add character n-grams inside words. */
  readonly charNgrams?: boolean;
  /** Shortest and longest character n-gram. */
  readonly charNgramRange?: readonly [number, number];
}

/** Document-term matrix and weighting; scikit-learn's words, see TfidfVectorizer. */
export interface VectorizerOptions {
  readonly minDf?: number;
  readonly maxDfFraction?: number;
  readonly maxFeatures?: number;
  readonly sublinearTf?: boolean;
}

/** The four dense layers. */
export interface NetworkOptions {
  readonly hiddenUnits?: readonly [number, number, number];
  /** Share of hidden units set to zero in training. */
  readonly dropout?: number;
  /** Share of input terms set to zero in training. */
  readonly inputDropout?: number;
}

/** How the weights are found. */
export interface OptimizerOptions {
  readonly optimizer?: "adamw" | "adam" | "sgd";
  /** Of sgd. */
  readonly momentum?: number;
  /** Nesterov's form of momentum. */
  readonly nesterov?: boolean;
  readonly epochs?: number;
  readonly minSteps?: number;
  /** "full": all documents in each step. */
  readonly batchSize?: number | "full";
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly epsilon?: number;
  readonly schedule?: "cosine" | "linear" | "constant";
  readonly warmupFraction?: number;
  readonly labelSmoothing?: number;
  readonly classWeight?: "none" | "balanced";
  readonly patience?: number;
}

/** The run as a whole. */
export interface RunOptions {
  /** What computes the steps of training; the model is used by our own kernels in any case. */
  readonly engine?: "wasm" | "tfjs";
  readonly seed?: number;
  readonly validationFraction?: number;
  /** Train the hidden layers without labels first; see `pretrain`. */
  readonly pretrain?: "none" | "autoencoder";
  readonly pretrainEpochs?: number;
  /** How often the linear classifier labels the articles without labels and learns from them, too. */
  readonly pseudoLabelRounds?: number;
  /** Networks that the model is the mean of. */
  readonly ensemble?: number;
  /** Let each network learn from as many articles, drawn with replacement. */
  readonly bootstrap?: boolean;
  /** Let one more network learn the answers of all others and stand for them. */
  readonly distill?: boolean;
  /** Put a linear classifier beside the networks. */
  readonly linear?: boolean;
  /** Let the linear classifier learn from the validation share, too, when that has measured the model. */
  readonly refit?: "auto" | "always" | "never";
  /** Fit temperature and flattened share of the scores on the validation share. */
  readonly calibrate?: boolean;
  /** Type of the first layers' weights in the model, which are nearly all of its size. */
  readonly weights?: "auto" | "int8" | "float16" | "float32";
}

const MANY = Number.MAX_SAFE_INTEGER;

export const TEXT_SPEC: OptionSpec<TextOptions> = {
  clean: {
    kind: "choice",
    values: ["none", "news"],
    default: "none",
    inOlderFiles: "none",
    help: "What to take out of articles: nothing, or what agencies, publishers and crawlers put around them (see newsclf clean)",
  },
};

export const TERM_SPEC: OptionSpec<TermOptions> = {
  tags: {
    kind: "choice",
    values: ["content", "all"],
    default: "content",
    help: "Which tokens become terms: nouns, verbs, adjectives, adverbs, roots, Latin and Chinese words, or all",
  },
  decompose: {
    kind: "boolean",
    default: false,
    help: "Add the parts of compound and inflected tokens as terms of their own",
  },
  stopWords: { kind: "boolean", default: true, help: "Drop Korean and English stop words" },
  stem: { kind: "boolean", default: true, help: "Reduce Latin-script words to their Porter stem" },
  ngramRange: {
    kind: "integers",
    length: 2,
    min: 1,
    max: 5,
    ascending: true,
    unit: "terms",
    default: [1, 2],
    help: "Shortest and longest word n-gram",
  },
  charNgrams: { kind: "boolean", default: true, help: "Add the character n-grams of each word as terms of their own" },
  charNgramRange: {
    kind: "integers",
    length: 2,
    min: 1,
    max: 8,
    ascending: true,
    unit: "characters, a space before and after the word counted",
    default: [2, 4],
    help: "Shortest and longest character n-gram",
  },
};

export const VECTORIZER_SPEC: OptionSpec<VectorizerOptions> = {
  minDf: {
    kind: "integer",
    min: 1,
    max: MANY,
    unit: "documents",
    default: 2,
    help: "Drop terms found in fewer documents than this",
  },
  maxDfFraction: {
    kind: "number",
    min: 0,
    minExclusive: true,
    max: 1,
    unit: "share of documents",
    default: 0.5,
    help: "Drop terms found in a larger share of the documents than this",
  },
  maxFeatures: {
    kind: "integer",
    min: 1,
    max: 16_777_216,
    unit: "terms",
    default: 100_000,
    help: "Keep at most this many terms, the most frequent in the corpus",
  },
  sublinearTf: { kind: "boolean", default: true, help: "Use 1 + ln(count) in place of the count" },
};

export const NETWORK_SPEC: OptionSpec<NetworkOptions> = {
  hiddenUnits: {
    kind: "integers",
    length: 3,
    min: 1,
    max: 4096,
    unit: "units",
    default: [32, 32, 32],
    help: "Units of the three hidden layers",
  },
  dropout: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    unit: "share of units",
    default: 0.1,
    help: "Share of hidden units dropped in training",
  },
  inputDropout: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    unit: "share of terms",
    default: 0.5,
    help: "Share of input terms dropped in training",
  },
};

export const OPTIMIZER_SPEC: OptionSpec<OptimizerOptions> = {
  optimizer: {
    kind: "choice",
    values: ["adamw", "adam", "sgd"],
    default: "adamw",
    inOlderFiles: "adamw",
    help: "How gradients become steps: Adam with decoupled weight decay, Adam with it in the gradient, or stochastic gradient descent",
  },
  momentum: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    default: 0.9,
    inOlderFiles: 0.9,
    help: "Share of the last step that sgd goes on with; 0 for plain gradient descent",
  },
  nesterov: {
    kind: "boolean",
    default: false,
    inOlderFiles: false,
    help: "Let sgd look ahead along its momentum (Nesterov)",
  },
  epochs: { kind: "integer", min: 1, max: 10_000, default: 5, help: "Passes over the training articles" },
  minSteps: {
    kind: "integer",
    min: 1,
    max: 1_000_000,
    unit: "optimizer steps",
    default: 600,
    help: "Pass over a small corpus more often than epochs says, until there are this many steps",
  },
  batchSize: {
    kind: "integerOrWord",
    min: 2,
    max: 65_536,
    word: "full",
    unit: "documents",
    default: 128,
    help: "Documents per optimizer step; full takes all in each, and needs the memory for them",
  },
  learningRate: {
    kind: "number",
    min: 0,
    minExclusive: true,
    max: 10,
    default: 0.01,
    help: "Highest learning rate",
  },
  weightDecay: {
    kind: "number",
    min: 0,
    max: 10,
    default: 0.01,
    help: "Weight decay: share of the weights taken off at each step, times the learning rate; adam adds it to the gradient instead",
  },
  epsilon: {
    kind: "number",
    min: 0,
    minExclusive: true,
    max: 1,
    default: 0.01,
    help: "Added to the root of Adam's second moment; a large one keeps rare terms from moving as far as frequent ones",
  },
  schedule: {
    kind: "choice",
    values: ["cosine", "linear", "constant"],
    default: "cosine",
    help: "How the learning rate falls after the warm-up",
  },
  warmupFraction: {
    kind: "number",
    min: 0,
    max: 1,
    unit: "share of steps",
    default: 0.05,
    help: "Share of the steps over which the learning rate rises from zero",
  },
  labelSmoothing: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    default: 0.05,
    help: "Probability mass of the target spread evenly over all labels",
  },
  classWeight: {
    kind: "choice",
    values: ["none", "balanced"],
    default: "balanced",
    help: "Weight of each label in the loss; balanced is nDocuments / (nLabels * support)",
  },
  patience: {
    kind: "integer",
    min: 1,
    max: 10_000,
    unit: "epochs",
    default: 50,
    help: "Stop after this many epochs without a lower validation loss",
  },
};

export const RUN_SPEC: OptionSpec<RunOptions> = {
  seed: { kind: "integer", min: 0, max: 4_294_967_295, default: 42, help: "The only source of randomness" },
  validationFraction: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    unit: "share of articles",
    default: 0.1,
    help: "Share of each label's articles kept back to choose the best epoch; 0 trains on all without choosing",
  },
  pretrain: {
    kind: "choice",
    values: ["none", "autoencoder"],
    default: "none",
    inOlderFiles: "none",
    help: "Train the hidden layers before the labels are learned, as autoencoders, on the training articles and those without labels",
  },
  pretrainEpochs: {
    kind: "integer",
    min: 1,
    max: 1000,
    default: 3,
    inOlderFiles: 3,
    help: "Passes of pre-training over all articles, for each hidden layer",
  },
  pseudoLabelRounds: {
    kind: "integer",
    min: 0,
    max: 100,
    unit: "rounds",
    default: 3,
    inOlderFiles: 0,
    help: "How often the linear classifier labels the articles without labels and learns from them, too, where there are any; 0: never",
  },
  ensemble: {
    kind: "integer",
    min: 1,
    max: 100,
    unit: "networks",
    default: 1,
    inOlderFiles: 1,
    help: "Train this many networks that differ in their seed; their logits are averaged",
  },
  bootstrap: {
    kind: "boolean",
    default: false,
    inOlderFiles: false,
    help: "Let each network learn from articles drawn with replacement, as many as there are",
  },
  distill: {
    kind: "boolean",
    default: false,
    inOlderFiles: false,
    help: "Train one more network on the answers of all others, and store it in their place; the linear classifier has units of it where there are twice as many as labels, else it learns from that one, too",
  },
  linear: {
    kind: "boolean",
    default: true,
    inOlderFiles: false,
    help: "Add a linear classifier to the networks, its logits counted twice as much as all of theirs together",
  },
  refit: {
    kind: "choice",
    values: ["auto", "always", "never"],
    default: "auto",
    inOlderFiles: "never",
    help: "Let the linear classifier learn once more when the articles kept back have measured it, from them, too; auto does for up to 20,000 articles",
  },
  calibrate: {
    kind: "boolean",
    default: true,
    inOlderFiles: false,
    help: "Fit a temperature and a share of flattened scores on the validation share, so that scores are no higher than the share of right answers",
  },
  weights: {
    kind: "choice",
    values: ["auto", "int8", "float16", "float32"],
    default: "auto",
    inOlderFiles: "float32",
    help: "Store the first layers' weights as this type; auto takes the smallest that answers the articles kept back as well",
  },
  engine: {
    kind: "choice",
    values: ["wasm", "tfjs"],
    default: "wasm",
    inOlderFiles: "wasm",
    help: "What computes the steps of training: the package itself, or TensorFlow.js where it is installed",
  },
};

/** The options of one training run by group, before defaults are filled in. */
export interface TrainingSettings extends RunOptions {
  readonly text?: TextOptions;
  readonly terms?: TermOptions;
  readonly vectorizer?: VectorizerOptions;
  readonly network?: NetworkOptions;
  readonly optimizer?: OptimizerOptions;
}

/** The options of one training run with every default filled in; stored in the model file. */
export interface ResolvedTrainingSettings extends Resolved<RunOptions> {
  readonly text: Resolved<TextOptions>;
  readonly terms: Resolved<TermOptions>;
  readonly vectorizer: Resolved<VectorizerOptions>;
  readonly network: Resolved<NetworkOptions>;
  readonly optimizer: Resolved<OptimizerOptions>;
}

/** The groups in the order of --help and docs/options.md. */
export const TRAINING_GROUPS = {
  text: { title: "Text", spec: TEXT_SPEC },
  terms: { title: "Terms", spec: TERM_SPEC },
  vectorizer: { title: "Vectorizer", spec: VECTORIZER_SPEC },
  network: { title: "Network", spec: NETWORK_SPEC },
  optimizer: { title: "Optimizer", spec: OPTIMIZER_SPEC },
} as const;

/** Names the group of an option that was given beside the groups, which is where callers look for it first. */
function checkGroups(run: object): void {
  for (const name of Object.keys(run)) {
    if (Object.hasOwn(RUN_SPEC, name)) continue;
    const [group] = Object.entries(TRAINING_GROUPS).find(([, { spec }]) => Object.hasOwn(spec, name)) ?? [];
    if (group !== undefined) {
      throw new NewsclfError(
        "OPTION_UNKNOWN",
        `${name} is not an option by itself; it belongs to a group: ${group}.${name}`,
      );
    }
  }
}

/**
 * Returns a frozen copy of the settings with every default filled in.
 * @throws {OptionError} when a value breaks its constraint
 * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not known
 */
export function resolveTrainingSettings(given: TrainingSettings = {}): ResolvedTrainingSettings {
  const { text, terms, vectorizer, network, optimizer, ...run } = given;
  checkGroups(run);
  return Object.freeze({
    ...resolveOptions<RunOptions>(RUN_SPEC, run, ""),
    text: resolveOptions<TextOptions>(TEXT_SPEC, text, "text"),
    terms: resolveOptions<TermOptions>(TERM_SPEC, terms, "terms"),
    vectorizer: resolveOptions<VectorizerOptions>(VECTORIZER_SPEC, vectorizer, "vectorizer"),
    network: resolveOptions<NetworkOptions>(NETWORK_SPEC, network, "network"),
    optimizer: resolveOptions<OptimizerOptions>(OPTIMIZER_SPEC, optimizer, "optimizer"),
  });
}
