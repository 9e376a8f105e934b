/** Which training options a search varies, and to what. */
import { Philox, RANDOM_STREAM, WORD_TO_UNIT } from "../kernels/random.js";
import { mergeSettings } from "../options/merge-settings.js";
import { resolveTrainingSettings, type TrainingSettings } from "../options/train-options.js";

/** One question: options that are changed together, and what they may become. */
export interface Axis {
  readonly name: string;
  /** What each level changes; level 0, which changes nothing, is not listed. */
  readonly levels: readonly TrainingSettings[];
}

/** `[nAxes]` level of each axis; 0 leaves it as it is. */
export type Choice = readonly number[];

/**
 * The axes of the search. Levels lie around the defaults, a factor of two to four away, where each alone costs a few
 * points at most: the search adds up what they are worth. Most are about terms, which the linear member learns from, too:
 * it counts twice, so what changes the network alone moves a third of the answer (docs/tuning.md).
 */
export const AXES: readonly Axis[] = [
  {
    name: "character n-grams",
    levels: [
      { terms: { charNgrams: false } },
      { terms: { charNgramRange: [2, 3] } },
      { terms: { charNgramRange: [3, 5] } },
    ],
  },
  { name: "word n-grams", levels: [{ terms: { ngramRange: [1, 1] } }, { terms: { ngramRange: [1, 3] } }] },
  { name: "tags", levels: [{ terms: { tags: "all" } }] },
  { name: "parts of compounds", levels: [{ terms: { decompose: true } }] },
  {
    name: "number of terms",
    levels: [{ vectorizer: { maxFeatures: 30_000 } }, { vectorizer: { maxFeatures: 300_000 } }],
  },
  { name: "rarest terms", levels: [{ vectorizer: { minDf: 1 } }, { vectorizer: { minDf: 4 } }] },
  {
    name: "most frequent terms",
    levels: [{ vectorizer: { maxDfFraction: 0.2 } }, { vectorizer: { maxDfFraction: 1 } }],
  },
  { name: "repeated terms", levels: [{ vectorizer: { sublinearTf: false } }] },
  {
    name: "hidden units",
    levels: [{ network: { hiddenUnits: [16, 16, 16] } }, { network: { hiddenUnits: [64, 32, 32] } }],
  },
  { name: "input dropout", levels: [{ network: { inputDropout: 0.3 } }, { network: { inputDropout: 0.7 } }] },
  { name: "learning rate", levels: [{ optimizer: { learningRate: 0.004 } }, { optimizer: { learningRate: 0.025 } }] },
  {
    name: "length of training",
    levels: [{ optimizer: { epochs: 3, minSteps: 200 } }, { optimizer: { epochs: 8, minSteps: 1200 } }],
  },
  // Without them the last epoch is kept: more to learn from, but nothing to choose by and no report.
  { name: "articles kept back", levels: [{ validationFraction: 0 }] },
];

/** "seed" or "network.dropout" for each option that the settings give. */
function optionsOf(settings: TrainingSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null) return [name];
    return Object.entries(value).flatMap(([option, inner]) => (inner === undefined ? [] : [`${name}.${option}`]));
  });
}

/** Most axes that a first guess changes: far from the start what axes are worth no longer adds up. */
const MOST_CHANGES = 4;

/** The choices around given settings. */
export class SearchSpace {
  /** Those of {@link AXES} that change no option that is given: what the user says, stays. */
  readonly axes: readonly Axis[];
  readonly #base: TrainingSettings;

  /** @param base the options that are given */
  constructor(base: TrainingSettings) {
    const given = new Set(optionsOf(base));
    this.#base = base;
    this.axes = AXES.filter(({ levels }) => !levels.some((level) => optionsOf(level).some((name) => given.has(name))));
  }

  /** The choice that changes nothing. */
  get start(): Choice {
    return this.axes.map(() => 0);
  }

  /** The given options with those of the choice; what neither gives is left out. */
  settingsOf(choice: Choice): TrainingSettings {
    return mergeSettings(
      this.#base,
      ...choice.flatMap((level, axis) => (level === 0 ? [] : [this.axes[axis]?.levels[level - 1] as TrainingSettings])),
    );
  }

  /** Whether two choices come to the same settings: a level may name what is the default anyway, or be without effect. */
  keyOf(choice: Choice): string {
    const settings = resolveTrainingSettings(this.settingsOf(choice));
    const { charNgrams, charNgramRange, ...terms } = settings.terms;
    return JSON.stringify({ ...settings, terms: { ...terms, charNgramRange: charNgrams ? charNgramRange : null } });
  }

  /**
   * Returns choices to look at: at random, and such that differ from one of the leaders in one axis or two. The same for the
   * same seed and round.
   */
  propose(leaders: readonly Choice[], nChoices: number, seed: number, round: number): readonly Choice[] {
    const draw = new Draws(seed, round);
    return Array.from({ length: nChoices }, (_, place) => {
      const leader = leaders[Math.floor(place / 2) % leaders.length];
      const isFresh = place % 2 === 0 || leader === undefined;
      const choice = [...(isFresh ? this.start : leader)];
      const nChanges = 1 + draw.below(isFresh ? MOST_CHANGES : 2);
      for (let change = 0; change < nChanges; change++) {
        const axis = draw.below(this.axes.length);
        choice[axis] = draw.below((this.axes[axis]?.levels.length as number) + 1);
      }
      return choice;
    });
  }
}

/** Whole numbers drawn for one round. */
class Draws {
  readonly #philox: Philox;
  readonly #round: number;
  #counter = 0;

  constructor(seed: number, round: number) {
    this.#philox = new Philox().withKey(seed, RANDOM_STREAM.tuning);
    this.#round = round;
  }

  /** A number in [0, n). */
  below(n: number): number {
    const word = this.#counter++;
    if ((word & 3) === 0) this.#philox.generate(word >>> 2, this.#round, 0, 0);
    return Math.floor((this.#philox.words[word & 3] as number) * WORD_TO_UNIT * n);
  }
}
