import type { Classifier } from "../classifier.js";
import type { LabeledArticle } from "../text/article.js";
import { createEvaluator, type Evaluator, type EvaluatorOptions } from "./evaluator.js";
import type { EvaluationReport, ReportContext } from "./report.js";

/** A labeled article and, where it came from a file, its line. */
export interface EvaluatedArticle extends LabeledArticle {
  /** 1-based line in the file. */
  readonly line?: number;
}

/** Classifies an article and counts it. */
export function evaluateArticle(evaluator: Evaluator, classifier: Classifier, article: EvaluatedArticle): void {
  const predictions = classifier.classifyArticle(article, { topK: classifier.labels.length });
  evaluator.add(article.label, predictions, article);
}

/**
 * Classifies the articles and returns the report. One article is held at a time, so any number can be evaluated.
 *
 * @throws {DatasetError} with code DATASET_NO_USABLE_ROW when there is no article
 * @throws {OptionError} when an option is out of range
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
  const { context, ...evaluatorOptions } = options;
  const evaluator = createEvaluator(classifier.labels, evaluatorOptions);
  for (const article of articles) evaluateArticle(evaluator, classifier, article);
  return evaluator.finish(context);
}
