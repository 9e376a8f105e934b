/** The trainings of a search so far, as text to resume it from. */
import { ConfigError, NewsclfError } from "../errors.js";
import { JsonFault, parseJson } from "../json.js";
import type { FoldScores } from "./fold-scorer.js";
import type { VocabularySize } from "./model-size.js";
import type { Choice } from "./search-space.js";

/** One training and what came of it. */
export interface TuneTraining {
  readonly choice: Choice;
  /** 0-based. */
  readonly fold: number;
  /** Null where the training failed. */
  readonly scores: FoldScores | null;
  /** Why there are no scores, such as weights that grew beyond all bounds; null where there are some. */
  readonly failure: string | null;
  /** Of the model that these options lead to; null where no limit asks for it. */
  readonly vocabulary: VocabularySize | null;
}

/** What two searches must have in common for one to go on where the other ended. */
export interface TuneRun {
  /** SHA-256 of the articles, in hexadecimal digits. */
  readonly articles: string;
  /** Id of the tokenizer. */
  readonly tokenizer: string;
  /** SHA-256 of the folds. */
  readonly folds: string;
  readonly nFolds: number;
  /** The options that were given. */
  readonly base: unknown;
  readonly seed: number;
  /** Names of the axes with their numbers of levels, the one that changes nothing counted. */
  readonly axes: readonly (readonly [name: string, nLevels: number])[];
}

const STATE_VERSION = 2;

export function formatTuneState(run: TuneRun, trainings: readonly TuneTraining[]): string {
  const rows = trainings.map((training) => `    ${JSON.stringify(training)}`).join(",\n");
  const head = JSON.stringify({ stateVersion: STATE_VERSION, run }, null, 2).slice(0, -2);
  return `${head},\n  "trainings": [\n${rows}\n  ]\n}\n`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCountBelow(value: unknown, end: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < end;
}

function isScores(value: unknown): value is FoldScores {
  return (
    isRecord(value) &&
    (["accuracy", "macroF1", "weightedF1"] as const).every((name) => {
      const score = value[name];
      return typeof score === "number" && score >= 0 && score <= 1;
    })
  );
}

function isVocabularySize(value: unknown): value is VocabularySize {
  const end = Number.MAX_SAFE_INTEGER;
  return isRecord(value) && isCountBelow(value["nTerms"], end) && isCountBelow(value["nBytes"], end);
}

function isTraining(value: unknown, { axes, nFolds }: TuneRun): value is TuneTraining {
  if (!isRecord(value)) return false;
  const { choice, fold, scores, failure, vocabulary } = value;
  return (
    (vocabulary === null || isVocabularySize(vocabulary)) &&
    Array.isArray(choice) &&
    choice.length === axes.length &&
    choice.every((level, axis) => isCountBelow(level, axes[axis]?.[1] ?? 0)) &&
    isCountBelow(fold, nFolds) &&
    ((isScores(scores) && failure === null) || (scores === null && typeof failure === "string"))
  );
}

/**
 * Returns the trainings of a state that is of this run.
 *
 * @param source name of the file for messages
 * @throws {ConfigError} when the text is no state of a search
 * @throws {NewsclfError} code CHECKPOINT_MISMATCH when it is of a search on other articles, folds or options
 */
export function parseTuneState(text: string, run: TuneRun, source: string): readonly TuneTraining[] {
  let state: unknown;
  try {
    state = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new ConfigError({ source, ...error.place }, `${error.message}; tune without resuming`, { cause: error });
  }
  if (!isRecord(state) || state["stateVersion"] !== STATE_VERSION || !isRecord(state["run"])) {
    throw new ConfigError({ source }, `is no state of a search (version ${STATE_VERSION}); tune without resuming`);
  }
  for (const [name, value] of Object.entries(run)) {
    if (JSON.stringify(value) === JSON.stringify(state["run"][name])) continue;
    const remedy = "give the same articles and options as before, or tune without resuming";
    throw new NewsclfError("CHECKPOINT_MISMATCH", `${source} is of another search: its ${name} differ; ${remedy}`);
  }
  const trainings = state["trainings"];
  if (!Array.isArray(trainings)) throw new ConfigError({ source }, "lacks its trainings; tune without resuming");
  const place = trainings.findIndex((training: unknown) => !isTraining(training, run));
  if (place !== -1) throw new ConfigError({ source }, `trainings[${place}] is damaged; tune without resuming`);
  return trainings as readonly TuneTraining[];
}
