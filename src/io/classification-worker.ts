/** A worker thread of a ClassifierPool: labels what it is given, with the model and on the dictionary that it is given. */

import { Classifier } from "../classifier.js";
import type { Article } from "../text/article.js";
import { loadDefaultMlp } from "./assets.js";
import { openTokenizer, type TokenizerShare } from "./tokenizer-share.js";
import { serveRequests } from "./worker-threads.js";

/** What every worker of a pool is given. */
export interface ClassificationInit {
  readonly tokenizer: TokenizerShare;
  /** The model file's bytes. */
  readonly model: Uint8Array;
}

export interface ClassificationRequest {
  readonly articles: readonly Article[];
  /** 1 to the number of labels. */
  readonly topK: number;
}

/** Predictions without objects, which take longer from thread to thread than the classification itself. */
export interface PackedPredictions {
  /** `[nArticles · topK]` indices into the model's labels, best first. */
  readonly labels: Uint32Array;
  /** `[nArticles · topK]` in [0, 1]. */
  readonly scores: Float32Array;
}

serveRequests<ClassificationInit, ClassificationRequest, PackedPredictions>(async ({ tokenizer, model }) => {
  const kernels = await loadDefaultMlp();
  const classifier = await Classifier.load(model, { tokenizer: openTokenizer(tokenizer), kernels });
  const labelIndex = new Map(classifier.labels.map((label, index) => [label, index]));
  return ({ articles, topK }) => {
    const labels = new Uint32Array(articles.length * topK);
    const scores = new Float32Array(articles.length * topK);
    let place = 0;
    for (const article of articles) {
      for (const { label, score } of classifier.classifyArticle(article, { topK })) {
        labels[place] = labelIndex.get(label) as number;
        scores[place] = score;
        place++;
      }
    }
    return { response: { labels, scores }, transfer: [labels.buffer, scores.buffer] };
  };
});
