import type { Classifier, Predictions } from "../classifier.js";
import type { WeightedRange } from "../html/index.js";
import { checkLabeledArticle, checkMethod, checkOptions } from "../options/check-argument.js";
import type { Article, LabeledArticle } from "../text/article.js";
import { createEvaluator, type Evaluator, type EvaluatorOptions, type Reasons } from "./evaluator.js";
import type { EvaluationReport, ReportContext } from "./report.js";

/** A labeled article and, where it came from a file, its place. */
export interface EvaluatedArticle extends LabeledArticle {
  /** Name of the file. */
  readonly source?: string;
  /** 1-based line in the file. */
  readonly line?: number;
}

/** Words that add less than this share of what the weightiest word adds are not marked: most of a long text would be. */
const SMALLEST_SHARE = 0.1;

/** The words of an article that speak most for the predicted label against the next best, or against it; weights in nats. */
function reasonsOf(classifier: Classifier, article: Article): Reasons {
  const { words } = classifier.explainArticle(article);
  const greatest = words.reduce((high, { contribution }) => Math.max(high, Math.abs(contribution)), 0);
  const reasons: Record<keyof Article, WeightedRange[]> = { title: [], body: [] };
  for (const { part, start, end, contribution } of words) {
    if (contribution === 0 || Math.abs(contribution) < SMALLEST_SHARE * greatest) continue;
    reasons[part].push([start, end, contribution]);
  }
  return reasons;
}

/**
 * Counts an article; where the report may show it, also says why it got its label.
 * @param predictions those of all labels, best first; the classifier's own when left out
 */
export function evaluateArticle(
  evaluator: Evaluator,
  classifier: Classifier,
  article: EvaluatedArticle,
  predictions: Predictions = classifier.classifyArticle(article, { topK: classifier.labels.length }),
): void {
  // With one label there is no other to explain it against.
  const explain = predictions.length > 1 ? { explain: () => reasonsOf(classifier, article) } : {};
  evaluator.add(article.label, predictions, { ...article, ...explain });
}

/**
 * Classifies the articles and returns the report. One article is held at a time, so any number can be evaluated.
 *
 * @throws {DatasetError} with code DATASET_NO_USABLE_ROW when there is no article
 * @throws {OptionError} when an option is out of range, the classifier is none, the articles cannot be iterated, or an
 * article's parts are not strings
 * @example
 * ```ts
 * console.log(formatReport(evaluate(classifier, testArticles)));
 * ```
 */
export function evaluate(
  classifier: Classifier,
  articles: Iterable<EvaluatedArticle>,
  options: EvaluatorOptions & { readonly context?: ReportContext } = {},
): EvaluationReport {
  checkMethod("classifier", classifier, "classifyArticle", "a Classifier");
  checkMethod("articles", articles, Symbol.iterator, "an iterable of articles, { title, body, label }");
  checkOptions("options", options);
  const { context, ...evaluatorOptions } = options;
  const evaluator = createEvaluator(classifier.labels, evaluatorOptions);
  for (const article of articles) {
    checkLabeledArticle(`articles[${evaluator.nDocuments}]`, article);
    evaluateArticle(evaluator, classifier, article);
  }
  return evaluator.finish(context);
}
