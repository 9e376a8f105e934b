import { planRun } from "../nn/train-mlp.js";
import { type ResolvedTrainingSettings, resolveTrainingSettings } from "../options/train-options.js";
import { analysisKey, linearKey, MAX_LOGS, networksKey } from "./fold-scorer.js";
import type { Choice, SearchSpace } from "./search-space.js";
import type { TuneTraining } from "./tune-state.js";

/**
 * What stages cost, in passes of a network of this many units over the articles of a fold: on 1,100 articles of 1,250 terms (2026-11-28,
 * AMD EPYC, Node 20.20.2) a pass of the default network takes 0.05 s, the linear member 1 s, the analysis of all 3 s.
 */
const UNITS = 32;
const LINEAR_COST = 20;
const ANALYSIS_COST = 60;

/**
 * What trainings cost after those that were made, nominally: what comes next must not depend on a clock. A stage that one of them has
 * in common costs nothing.
 */
export class TrainingCosts {
  readonly #space: SearchSpace;
  readonly #nPerTraining: number;
  /** Keys of members that were made, and of the analyses that are still in memory. */
  readonly #members = new Set<string>();
  readonly #analyses: ReadonlySet<string>;

  /** @param nPerTraining articles that a fold learns from */
  constructor(space: SearchSpace, trainings: readonly TuneTraining[], nPerTraining: number) {
    this.#space = space;
    this.#nPerTraining = nPerTraining;
    const analyses = new Set<string>();
    for (const { choice, fold } of trainings) {
      const settings = this.#settingsOf(choice);
      this.#members.add(`${fold} ${networksKey(settings)}`).add(`${fold} ${linearKey(settings)}`);
      analyses.delete(analysisKey(settings));
      analyses.add(analysisKey(settings));
    }
    this.#analyses = new Set([...analyses].slice(-MAX_LOGS));
  }

  /** Above 0. */
  of(choice: Choice, fold: number): number {
    const settings = this.#settingsOf(choice);
    const { network, optimizer, ensemble, linear } = settings;
    const isKnown = (key: string): boolean => this.#members.has(`${fold} ${key}`);
    let cost = 1;
    if (!isKnown(networksKey(settings))) {
      const { nEpochs } = planRun(this.#nPerTraining, optimizer);
      cost += (ensemble * nEpochs * network.hiddenUnits[0]) / UNITS;
    }
    if (linear && !isKnown(linearKey(settings))) cost += LINEAR_COST;
    // Members that are known need no terms.
    if (cost > 1 && !this.#analyses.has(analysisKey(settings))) cost += ANALYSIS_COST;
    return cost;
  }

  #settingsOf(choice: Choice): ResolvedTrainingSettings {
    return resolveTrainingSettings(this.#space.settingsOf(choice));
  }
}
