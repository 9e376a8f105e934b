import { type Command, InvalidArgumentError, Option } from "commander";
import type { Classifier, Predictions } from "../classifier.js";
import { ConfigError, OptionError } from "../errors.js";
import { JsonFault, type JsonPlace, parseJson } from "../json.js";

export interface ClassPriorFlags {
  readonly classPrior?: string;
  readonly minScore?: number;
}

/** Gives predictions the wanted label shares. */
export interface PriorAdapter {
  /** Whether all predictions are needed before the first can be adapted. */
  readonly needsAll: boolean;
  /** Shares that the scores are made to assume, in [0, 1], in the order of the model's labels; null until they are estimated. */
  readonly shares: readonly number[] | null;
  /**
   * Returns the predictions with the wanted shares, in the same order. An adapter that needs all takes all of them in one call.
   * @param all predictions of all labels of the model, for each document
   */
  adapt(all: readonly Predictions[]): readonly Predictions[];
}

function parseScore(text: string): number {
  const score = /^[0-9.]+$/.test(text) ? Number(text) : Number.NaN;
  if (!(score >= 0 && score <= 1))
    throw new InvalidArgumentError(`must be a number in [0, 1]; got ${JSON.stringify(text)}`);
  return score;
}

/** Adds `--class-prior` and `--min-score`. */
export function addClassPriorFlags(command: Command): void {
  command
    .addOption(
      new Option(
        "--class-prior <shares>",
        "label shares that the scores assume: uniform, train, estimate (from the scores of all texts), or a JSON file " +
          '{"label": share, …} (default: those that the model was trained with)',
      ),
    )
    .option("--min-score <x>", "give no label where the best score is below this; in [0, 1]", parseScore);
}

/** Whether the best score is too low to give the label. */
export function isAbstention(predictions: Predictions, { minScore }: ClassPriorFlags): boolean {
  return minScore !== undefined && predictions[0].score < minScore;
}

/** One line with the shares that were estimated; "" where none were. */
export function describeEstimate(
  labels: readonly string[],
  adapter: PriorAdapter | null,
  { classPrior }: ClassPriorFlags,
): string {
  if (classPrior !== "estimate" || !adapter?.shares) return "";
  const shares = adapter.shares.map((share, i) => `${labels[i]} ${(100 * share).toFixed(1)}%`);
  return `label shares estimated from the scores: ${shares.join(", ")}\n`;
}

async function readShares(file: string, labels: readonly string[]): Promise<readonly number[]> {
  const { readJsonText } = await import("../io/read-json-text.js");
  const constraint = `a JSON object with a share > 0 for each of ${labels.join(", ")}, and for nothing else`;
  const refuse = (problem: string, options?: ErrorOptions, place?: JsonPlace) =>
    new ConfigError({ source: file, ...place }, `${problem}; --class-prior must be ${constraint}`, options);
  const text = await readJsonText(file, refuse);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw refuse(error.message, { cause: error }, error.place);
  }
  const shares = new Map(Object.entries(typeof value === "object" && value !== null ? value : {}));
  const isShare = (share: unknown): share is number => typeof share === "number" && Number.isFinite(share) && share > 0;
  const found = labels.map((label) => shares.get(label)).filter(isShare);
  if (found.length !== labels.length || shares.size !== labels.length) {
    throw new OptionError(`--class-prior ${file}`, constraint, value);
  }
  return found;
}

/**
 * Makes the adapter that the flag asks for; null without the flag.
 *
 * With balanced class weights a network learns as if all labels were equally frequent, so those are the shares that its
 * scores rest on; without, they are those of the training articles.
 * @throws {OptionError} when the flag's file does not have a share for each label
 * @throws {ConfigError} when it is not JSON
 * @throws {FileError} when the file cannot be read
 */
export async function loadPriorAdapter(
  { labels, metadata }: Classifier,
  { classPrior }: ClassPriorFlags,
): Promise<PriorAdapter | null> {
  if (classPrior === undefined) return null;
  const { adaptScores, estimateShares, toShares } = await import("../prior-shift.js");
  const uniform = labels.map(() => 1 / labels.length);
  const from = metadata.settings.optimizer.classWeight === "balanced" ? uniform : metadata.trainSupport;
  const adapterTo = (to: readonly number[]): PriorAdapter => ({
    needsAll: false,
    shares: toShares(to),
    adapt: (all) => all.map((predictions) => adaptScores(predictions, labels, from, to)),
  });
  switch (classPrior) {
    case "uniform":
      return adapterTo(uniform);
    case "train":
      return adapterTo(metadata.trainSupport);
    case "estimate": {
      let shares: readonly number[] | null = null;
      return {
        needsAll: true,
        get shares() {
          return shares;
        },
        adapt(all) {
          if (all.length === 0) return all;
          const scores = all.map((predictions) => {
            const byLabel = new Map(predictions.map(({ label, score }) => [label, score]));
            return labels.map((label) => byLabel.get(label) as number);
          });
          shares = estimateShares(scores, from);
          return adapterTo(shares).adapt(all);
        },
      };
    }
    default:
      return adapterTo(await readShares(classPrior, labels));
  }
}
