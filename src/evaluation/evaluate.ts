import type { Classifier } from "../classifier.js";
import type { LabeledArticle } from "../text/article.js";
import { createEvaluator, type EvaluatorOptions } from "./evaluator.js";
import type { EvaluationReport, ReportContext } from "./report.js";

/** A labeled article and, where it came from a file, its line. */
export interface EvaluatedArticle extends LabeledArticle {
  /** 1-based line in the file. */
  readonly line?: number;
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
  const topK = classifier.labels.length;
  for (const article of articles) {
    evaluator.add(article.label, classifier.classifyArticle(article, { topK }), article);
  }
  return evaluator.finish(context);
}
