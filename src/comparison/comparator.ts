import type { Prediction } from "../classifier.js";
import { DatasetError } from "../errors.js";
import { truncateToWidth } from "../evaluation/display-width.js";
import { createEvaluator, type DocumentSource, type Evaluator } from "../evaluation/index.js";
import { toOneLine } from "../evaluation/report-text.js";
import { checkTexts } from "../options/check-argument.js";
import type { OptionSpec } from "../options/constraint.js";
import { resolveOptions } from "../options/resolve-options.js";
import type { Label } from "../text/article.js";
import { type Comparison, compareReports, type Flip } from "./comparison.js";
import { mcnemarTest } from "./mcnemar.js";

export interface ComparatorOptions {
  /** How many documents are listed of those that one side alone had right, each way. */
  readonly maxFlips?: number;
}

const COMPARATOR_SPEC: OptionSpec<ComparatorOptions> = {
  maxFlips: {
    kind: "integer",
    min: 0,
    max: 100_000,
    unit: "documents",
    default: 20,
    help: "List at most this many of the documents that one side alone had right, each way",
  },
};

/** Gathers two models' predictions for one document after another; memory does not grow with their number. */
export interface Comparator {
  /** Documents added so far. */
  readonly nDocuments: number;
  /**
   * Counts one document by what each side says of it, best first.
   * @throws {OptionError} as `Evaluator.add`
   */
  add(trueLabel: Label, a: readonly Prediction[], b: readonly Prediction[], source?: DocumentSource): void;
  /**
   * Returns the comparison of the documents so far.
   * @throws {DatasetError} with code DATASET_NO_USABLE_ROW when there are none
   */
  finish(names: Comparison["names"], source: string): Comparison;
}

/** Terminal columns kept of a text. */
const TEXT_WIDTH = 160;

/** The flips of the highest rank so far. */
class TopFlips {
  readonly #max: number;
  #flips: { readonly flip: Flip; readonly rank: number }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(flip: Flip, rank: number): void {
    this.#flips.push({ flip, rank });
    // Twice as many, so that sorting costs a constant for each document.
    if (this.#flips.length > 2 * this.#max) this.#prune();
  }

  list(): readonly Flip[] {
    this.#prune();
    return this.#flips.map(({ flip }) => flip);
  }

  #prune(): void {
    // The sort is stable: equal ranks stay in the order of comparison.
    this.#flips.sort((left, right) => right.rank - left.rank);
    this.#flips = this.#flips.slice(0, this.#max);
  }
}

class StreamingComparator implements Comparator {
  readonly #a: Evaluator;
  readonly #b: Evaluator;
  readonly #fixed: TopFlips;
  readonly #broken: TopFlips;
  #nFixed = 0;
  #nBroken = 0;
  #nBothWrong = 0;
  #nBothWrongApart = 0;

  constructor(a: readonly Label[], b: readonly Label[], options: ComparatorOptions | undefined) {
    const { maxFlips } = resolveOptions<ComparatorOptions>(COMPARATOR_SPEC, options, "");
    this.#a = createEvaluator(a, { maxErrors: 0 });
    this.#b = createEvaluator(b, { maxErrors: 0 });
    this.#fixed = new TopFlips(maxFlips);
    this.#broken = new TopFlips(maxFlips);
  }

  get nDocuments(): number {
    return this.#a.nDocuments;
  }

  add(trueLabel: Label, a: readonly Prediction[], b: readonly Prediction[], source?: DocumentSource): void {
    const index = this.nDocuments;
    this.#a.add(trueLabel, a);
    this.#b.add(trueLabel, b);
    const [bestA, bestB] = [a[0] as Prediction, b[0] as Prediction];
    const isRightA = bestA.label === trueLabel;
    const isRightB = bestB.label === trueLabel;
    if (isRightA && isRightB) return;
    if (!isRightA && !isRightB) {
      this.#nBothWrong++;
      if (bestA.label !== bestB.label) this.#nBothWrongApart++;
      return;
    }
    const { title = "", body = "", line, source: file } = source ?? {};
    const text = truncateToWidth(toOneLine((title === "" ? body : title).slice(0, 8 * TEXT_WIDTH)), TEXT_WIDTH);
    const flip = {
      trueLabel,
      a: { label: bestA.label, score: bestA.score },
      b: { label: bestB.label, score: bestB.score },
      index,
      source: file ?? null,
      line: line ?? null,
      text,
    };
    if (isRightB) this.#nFixed++;
    else this.#nBroken++;
    (isRightB ? this.#fixed : this.#broken).add(flip, bestB.score);
  }

  finish(names: Comparison["names"], source: string): Comparison {
    if (this.nDocuments === 0) {
      const problem = "a comparison needs one or more labeled articles; got none";
      throw new DatasetError("DATASET_NO_USABLE_ROW", { source }, problem);
    }
    const context = { split: { kind: "test", source } } as const;
    const nOneRight = this.#nFixed + this.#nBroken;
    return compareReports(names, this.#a.finish(context), this.#b.finish(context), {
      nBothRight: this.nDocuments - nOneRight - this.#nBothWrong,
      nBothWrong: this.#nBothWrong,
      nBothWrongApart: this.#nBothWrongApart,
      mcnemar: mcnemarTest(this.#nBroken, this.#nFixed),
      fixed: this.#fixed.list(),
      broken: this.#broken.list(),
    });
  }
}

/**
 * Makes a comparator of two models.
 *
 * @param a labels of the first model, in its order
 * @param b labels of the second model
 * @throws {OptionError} when an option is out of range, or labels of a model are not all different
 */
export function createComparator(a: readonly Label[], b: readonly Label[], options?: ComparatorOptions): Comparator {
  checkTexts("a", a);
  checkTexts("b", b);
  return new StreamingComparator(a, b, options);
}
