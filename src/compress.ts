/** A finished model → a smaller one that is nearly as good, or a refusal with the numbers. */

import { Classifier, type LoadOptions } from "./classifier.js";
import { NewsclfError } from "./errors.js";
import { evaluate } from "./evaluation/evaluate.js";
import { smoothIdf } from "./features/tf-idf.js";
import { Vocabulary } from "./features/vocabulary.js";
import { BATCH_NORM_EPSILON } from "./kernels/mlp.js";
import { unpackRow } from "./kernels/packed-rows.js";
import { decodeModel, encodeModel, frequenciesOf, type ModelParts } from "./model-file/model-file.js";
import { isPacked, packNetworks, selectTerms } from "./nn/weights.js";
import { checkLabeledArticles, checkMethod, checkOptions } from "./options/check-argument.js";
import { COMPRESS_SPEC, type CompressOptions } from "./options/compress-options.js";
import { type Resolved, resolveOptions } from "./options/resolve-options.js";
import type { LabeledArticle } from "./text/article.js";

/** Size and quality of a model. */
export interface ModelFigures {
  readonly sizeBytes: number;
  readonly nTerms: number;
  readonly accuracy: number;
  readonly macroF1: number;
}

export interface CompressResult {
  readonly classifier: Classifier;
  readonly before: ModelFigures;
  readonly after: ModelFigures;
}

/**
 * Returns `[V]` how far a term can move the first layers: idf(t)² Σ (w1[t, h] gamma1[h])² / (runningVar1[h] + ε) over the
 * units of all networks.
 */
function influences(parts: ModelParts): Float64Array {
  const { w1, members } = parts.networks;
  const { documentFrequency, nDocuments } = frequenciesOf(parts);
  const factors = members.flatMap(({ gamma1, runningVar1 }) =>
    Array.from(gamma1, (gamma, h) => (gamma * gamma) / ((runningVar1[h] as number) + BATCH_NORM_EPSILON)),
  );
  const nUnits = factors.length;
  const row = new Float32Array(nUnits);
  return smoothIdf(documentFrequency, nDocuments).map((idf, term) => {
    if (isPacked(w1)) unpackRow(w1, term, row);
    else row.set(w1.subarray(term * nUnits, (term + 1) * nUnits));
    return row.reduce((sum, weight, h) => sum + weight ** 2 * (factors[h] as number), 0) * idf ** 2;
  });
}

/** Columns that stay, in their order: those with the greatest influence; of equals the first. */
function keptColumns(parts: ModelParts, share: number): Uint32Array {
  const influence = influences(parts);
  const { nTerms } = parts.vocabulary;
  const columns = Uint32Array.from({ length: nTerms }, (_, column) => column);
  columns.sort((a, b) => (influence[b] as number) - (influence[a] as number) || a - b);
  return columns.slice(0, nTerms - Math.floor(share * nTerms)).sort();
}

/** The model with these terms alone. */
function prune(parts: ModelParts, share: number): ModelParts {
  if (share === 0) return parts;
  const columns = keptColumns(parts, share);
  const { nTerms } = parts.vocabulary;
  const nLabels = parts.metadata.labels.length;
  const counts = new Uint32Array(nLabels * columns.length);
  for (let label = 0; label < nLabels; label++) {
    for (const [place, column] of columns.entries()) {
      counts[label * columns.length + place] = parts.labelDocumentFrequency[label * nTerms + column] as number;
    }
  }
  const { unlabeledDocumentFrequency: unlabeled } = parts;
  return {
    ...parts,
    ...(unlabeled === undefined
      ? {}
      : { unlabeledDocumentFrequency: columns.map((column) => unlabeled[column] as number) }),
    vocabulary: Vocabulary.fromTerms(Array.from(columns, (column) => parts.vocabulary.termAt(column))),
    labelDocumentFrequency: counts,
    networks: selectTerms(parts.networks, columns),
  };
}

/** The model with its first layers in another type. */
function quantize(parts: ModelParts, type: Resolved<CompressOptions>["quantize"]): ModelParts {
  if (type === "none") return parts;
  return { ...parts, networks: packNetworks(parts.networks, type) };
}

function measure(classifier: Classifier, sizeBytes: number, articles: readonly LabeledArticle[]): ModelFigures {
  const { accuracy, macroF1 } = evaluate(classifier, articles, { maxErrors: 0, maxExamples: 0, nReplicates: 0 });
  return { sizeBytes, nTerms: classifier.vocabulary.nTerms, accuracy, macroF1 };
}

function describe(figures: ModelFigures): string {
  return `macro-F1 ${figures.macroF1.toFixed(4)} with ${figures.sizeBytes} bytes`;
}

/**
 * Makes a model smaller: drops the terms that move the network least, then gives the first layers' weights a shorter type.
 * Both models are measured on the articles; those that the model was trained on tell little, so give others.
 *
 * A pruned model's document vectors have norm 1 over the terms that stay. All else stays as it was trained.
 *
 * @throws {OptionError} when an option is out of range, the classifier is none, or an article's parts are not strings
 * @throws {NewsclfError} code COMPRESSION_LOSS, with the numbers, when macro-F1 falls by more than `maxLoss`
 * @throws {DatasetError} code DATASET_NO_USABLE_ROW when there is no article
 */
export async function compress(
  classifier: Classifier,
  articles: readonly LabeledArticle[],
  options: CompressOptions & LoadOptions = {},
): Promise<CompressResult> {
  checkMethod("classifier", classifier, "toBytes", "a Classifier");
  checkLabeledArticles("articles", articles);
  checkOptions("options", options);
  const { tokenizer, kernels, ...given } = options;
  const { quantize: type, prune: share, maxLoss } = resolveOptions<CompressOptions>(COMPRESS_SPEC, given, "");
  const bytes = classifier.toBytes();
  const before = measure(classifier, bytes.length, articles);
  const smaller = await encodeModel(quantize(prune(await decodeModel(bytes), share), type));
  const compressed = await Classifier.load(smaller, {
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(kernels === undefined ? {} : { kernels }),
  });
  const after = measure(compressed, smaller.length, articles);
  if (before.macroF1 - after.macroF1 > maxLoss) {
    const loss = before.macroF1 - after.macroF1;
    throw new NewsclfError(
      "COMPRESSION_LOSS",
      `macro-F1 must not fall by more than maxLoss ${maxLoss}; it fell by ${loss.toFixed(4)}: ${describe(before)} before, ` +
        `${describe(after)} after; prune less, use float16, or allow a larger loss`,
    );
  }
  return { classifier: compressed, before, after };
}
