import { createDocumentRows, type DocumentRows } from "./document-rows.js";
import { createTermLocator } from "./document-terms.js";
import { ModelFormatError, OptionError } from "./errors.js";
import { type Explainer, type Explanation, explainArticle } from "./explanation/explain.js";
import { CsrBuilder } from "./features/csr-builder.js";
import type { CsrMatrix } from "./features/csr-matrix.js";
import type { SparseRow } from "./features/sparse-row.js";
import { FittedTfidfVectorizer } from "./features/tfidf-vectorizer.js";
import type { Vocabulary } from "./features/vocabulary.js";
import type { MlpKernelFactory } from "./kernels/mlp.js";
import type { ModelMetadata } from "./model-file/manifest.js";
import { type DecodedModel, decodeModel } from "./model-file/model-file.js";
import type { Tokenizer } from "./morph/tokenizer.js";
import { ATTRIBUTION_METHODS, type AttributionMethod } from "./nn/attribution.js";
import { MlpInference } from "./nn/inference.js";
import {
  checkArticle,
  checkMethod,
  checkOptionNames,
  checkText,
  checkTexts,
  type OptionNames,
} from "./options/check-argument.js";
import { type Article, type Label, toCleanDocument } from "./text/article.js";

export interface Prediction {
  readonly label: Label;
  /** Probability in [0, 1]: softmax of the mean of the networks' logits, calibrated where the model is. */
  readonly score: number;
}

/** Best first, ties by label order in the model; never empty; length min(topK, nLabels). */
export type Predictions = readonly [Prediction, ...Prediction[]];

/** Where a model's bytes come from. */
export interface ModelSource {
  /** For messages, such as a path. */
  readonly name?: string;
  read(): Promise<Uint8Array>;
}

export interface LoadOptions {
  /**
   * The analyzer that the model was trained with; when left out, the package's mecab-ko-dic with the user words that
   * the model file carries.
   */
  readonly tokenizer?: Tokenizer;
  /** The network's inner loops; the package's WebAssembly module when left out. */
  readonly kernels?: MlpKernelFactory;
}

export interface ClassifyOptions {
  /** How many labels to return, best first; an integer ≥ 1. All labels when larger than their number. Default 1. */
  readonly topK?: number;
}

export interface ExplainOptions {
  /**
   * The label that the explained one is compared with.
   * @default the best of the other labels
   */
  readonly against?: Label;
  /**
   * How the odds are divided among the terms; see `AttributionMethod`.
   * @default "active-units"
   */
  readonly method?: AttributionMethod;
}

const LOAD_OPTIONS: OptionNames<LoadOptions> = { tokenizer: true, kernels: true };
const CLASSIFY_OPTIONS: OptionNames<ClassifyOptions> = { topK: true };
const EXPLAIN_OPTIONS: OptionNames<ExplainOptions> = { against: true, method: true };

function topKOf(options: ClassifyOptions): number {
  checkOptionNames(options, CLASSIFY_OPTIONS);
  const { topK = 1 } = options;
  if (!Number.isSafeInteger(topK) || topK < 1) throw new OptionError("topK", "an integer ≥ 1 (labels)", topK);
  return topK;
}

/**
 * A trained model with its analyzer. Immutable to the outside; its scratch space makes calls synchronous and not
 * re-entrant, so give each worker thread a classifier of its own.
 */
export class Classifier {
  readonly labels: readonly Label[];
  readonly metadata: ModelMetadata;
  /** What splits the texts into morphemes. */
  readonly tokenizer: Tokenizer;
  readonly #bytes: Uint8Array;
  readonly #rowOf: DocumentRows;
  readonly #vectorizer: FittedTfidfVectorizer;
  readonly #inference: MlpInference;
  readonly #scores: Float32Array;
  #explainer: Explainer | null = null;

  private constructor(bytes: Uint8Array, parts: DecodedModel, tokenizer: Tokenizer, kernels: MlpKernelFactory) {
    const { metadata, vocabulary } = parts;
    this.labels = metadata.labels;
    this.metadata = metadata;
    this.#bytes = bytes;
    this.tokenizer = tokenizer;
    this.#vectorizer = new FittedTfidfVectorizer({
      vocabulary,
      ...parts.frequencies,
      sublinearTf: metadata.settings.vectorizer.sublinearTf,
    });
    this.#rowOf = createDocumentRows(tokenizer, metadata.settings.terms, this.#vectorizer);
    this.#inference = MlpInference.over(parts.networks, kernels, metadata.calibration);
    this.#scores = new Float32Array(metadata.labels.length);
  }

  /**
   * Reads a model.
   *
   * @param source the bytes of a model file, which then belong to the classifier, or something that reads them
   * @throws {OptionError} when the source is neither of them, or the tokenizer is none
   * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
   * @throws {ModelFormatError} when the bytes are not a model of this version, are damaged, or (code MODEL_DICTIONARY)
   * were trained with another tokenizer or dictionary
   * @throws {FileError} when the source or what the package brings along cannot be read
   * @throws {KernelError} when the runtime has no WebAssembly with SIMD, or not the memory
   * @example
   * ```ts
   * const classifier = await Classifier.load(fromFile("models/news.newsclf"));
   * ```
   */
  static async load(source: Uint8Array | ModelSource, options: LoadOptions = {}): Promise<Classifier> {
    if (!(source instanceof Uint8Array) && typeof source?.read !== "function")
      throw new OptionError("source", "a Uint8Array or a ModelSource, such as fromFile(path) of newsclf/node", source);
    checkOptionNames(options, LOAD_OPTIONS);
    if (options.tokenizer !== undefined) checkMethod("tokenizer", options.tokenizer, "tokenize", "a Tokenizer");
    const bytes = source instanceof Uint8Array ? source : await source.read();
    const name = source instanceof Uint8Array ? undefined : source.name;
    const parts = await decodeModel(bytes, name);
    const tokenizer = options.tokenizer ?? (await (await import("#assets")).loadDefaultTokenizer(parts.userWords));
    if (tokenizer.id !== parts.metadata.tokenizerId) {
      throw new ModelFormatError(8, `tokenizer ${tokenizer.id}`, `a model trained with ${parts.metadata.tokenizerId}`, {
        code: "MODEL_DICTIONARY",
        hint: "use the newsclf version it was trained with, or train again",
        ...(name === undefined ? {} : { source: name }),
      });
    }
    const kernels = options.kernels ?? (await (await import("#assets")).loadDefaultMlp());
    return new Classifier(bytes, parts, tokenizer, kernels);
  }

  /** Terms and columns of the document-term matrix. */
  get vocabulary(): Vocabulary {
    return this.#vectorizer.vocabulary;
  }

  /**
   * Returns the labels of a text, best first. A text without a known term gets what the network says of no terms.
   * @throws {OptionError} when the text is not a string, or `topK` not an integer ≥ 1
   * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
   */
  classify(text: string, options: ClassifyOptions = {}): Predictions {
    checkText("text", text);
    return this.#rank({ title: text, body: "" }, topKOf(options));
  }

  /**
   * `classify` for each text; the same results in the same order.
   * @throws {OptionError} when the texts are not an array of strings, or `topK` not an integer ≥ 1
   * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
   */
  classifyBatch(texts: readonly string[], options: ClassifyOptions = {}): readonly Predictions[] {
    checkTexts("texts", texts);
    const topK = topKOf(options);
    return texts.map((text) => this.#rank({ title: text, body: "" }, topK));
  }

  /**
   * `classify` for an article, its title and body joined as in training.
   * @throws {OptionError} when title or body is not a string, or `topK` not an integer ≥ 1
   * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
   */
  classifyArticle(article: Article, options: ClassifyOptions = {}): Predictions {
    checkArticle("article", article);
    return this.#rank(article, topKOf(options));
  }

  /**
   * Returns why a text has a label: what each of its terms and words adds to the odds of the label against another one, with
   * places in `text` as it was given.
   *
   * @param label the label to explain; the best one when left out
   * @throws {OptionError} when the text is not a string, a label is not the model's, both are the same, or the method is
   * not known
   * @throws {NewsclfError} code OPTION_UNKNOWN when an option is not known
   * @example
   * ```ts
   * const { label, words } = classifier.explain("한국은행이 기준금리를 동결했다");
   * ```
   */
  explain(text: string, label?: Label, options: ExplainOptions = {}): Explanation {
    checkText("text", text);
    return this.explainArticle({ title: text, body: "" }, label, options);
  }

  /** `explain` for an article, its title and body joined as in training. */
  explainArticle(article: Article, label?: Label, options: ExplainOptions = {}): Explanation {
    checkOptionNames(options, EXPLAIN_OPTIONS);
    const { method = "active-units" } = options;
    if (!ATTRIBUTION_METHODS.includes(method)) {
      throw new OptionError("method", `one of ${ATTRIBUTION_METHODS.join(", ")}`, method);
    }
    const ranked = this.classifyArticle(article, { topK: this.labels.length });
    const explained = label === undefined ? ranked[0] : this.#find(ranked, "label", label);
    const other =
      options.against === undefined
        ? (ranked.find((prediction) => prediction !== explained) as Prediction)
        : this.#find(ranked, "against", options.against);
    if (other === explained) throw new OptionError("against", `another label than ${explained.label}`, other.label);
    this.#explainer ??= {
      labels: this.labels,
      clean: this.metadata.settings.text.clean,
      locateTerms: createTermLocator(this.tokenizer, this.metadata.settings.terms),
      vectorizer: this.#vectorizer,
      scoring: { networks: this.#inference.view(), calibration: this.metadata.calibration },
    };
    const comparison = {
      label: this.labels.indexOf(explained.label),
      score: explained.score,
      against: this.labels.indexOf(other.label),
      againstScore: other.score,
    };
    return explainArticle(this.#explainer, article, comparison, method);
  }

  #find(ranked: Predictions, option: string, label: Label): Prediction {
    const found = ranked.find((prediction) => prediction.label === label);
    if (found === undefined)
      throw new OptionError(option, `one of the model's labels, ${this.labels.join(", ")}`, label);
    return found;
  }

  /**
   * Returns the tf-idf matrix `[nArticles, nTerms]` that the network sees.
   * @throws {OptionError} when the articles cannot be iterated, or a title or body is not a string
   */
  vectorize(articles: Iterable<Article>): CsrMatrix {
    const builder = new CsrBuilder(this.vocabulary.nTerms);
    checkMethod("articles", articles, Symbol.iterator, "an iterable of articles, { title, body }");
    let index = 0;
    for (const article of articles) {
      checkArticle(`articles[${index++}]`, article);
      builder.append(this.#vectorize(article));
    }
    return builder.finish();
  }

  /** Returns a copy of the model file's bytes. */
  toBytes(): Uint8Array {
    // Not by `slice`, which on Node's Buffer gives a view.
    return new Uint8Array(this.#bytes);
  }

  #rank(article: Article, topK: number): Predictions {
    const { indices, values, nnz } = this.#vectorize(article);
    const scores = this.#scores;
    this.#inference.scores(indices, values, nnz, scores);
    const predictionOf = (index: number): Prediction => ({
      label: this.labels[index] as Label,
      score: scores[index] as number,
    });
    if (topK === 1) {
      let best = 0;
      for (let index = 1; index < scores.length; index++) {
        if ((scores[index] as number) > (scores[best] as number)) best = index;
      }
      return [predictionOf(best)];
    }
    const ranked = this.labels.map((_, index) => predictionOf(index));
    // The sort is stable: equal scores stay in label order.
    ranked.sort((left, right) => right.score - left.score);
    return ranked.slice(0, topK) as unknown as Predictions;
  }

  /** Overwritten by the next call. */
  #vectorize(article: Article): SparseRow {
    return this.#rowOf(toCleanDocument(article, this.metadata.settings.text.clean));
  }
}
