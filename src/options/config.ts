/** Training options in a file. */

import { ConfigError, OptionError } from "../errors.js";
import { JsonFault, type LocatedMember, type LocatedValue, parseLocatedJson, placeOf } from "../json.js";
import { checkText } from "./check-argument.js";
import { type AnyConstraint, checkOption } from "./constraint.js";
import { listSpec } from "./resolve-options.js";
import { RUN_SPEC, type RunOptions, TRAINING_GROUPS, type TrainingSettings } from "./train-options.js";

type Members = ReadonlyMap<string, LocatedMember>;
type Group = keyof typeof TRAINING_GROUPS;

const GROUPS = Object.keys(TRAINING_GROUPS) as readonly Group[];
/** Where the settings stand in what `train` reports and in what `inspect --format json` prints. */
const SETTINGS_OWNERS = ["model", "metadata"] as const;

/** Builds errors with the place in the file. */
type Fail = (offset: number, problem: string, cause?: unknown) => ConfigError;

function createFail(text: string, source: string): Fail {
  return (offset, problem, cause) =>
    new ConfigError({ source, ...placeOf(text, offset) }, problem, cause === undefined ? undefined : { cause });
}

function membersOf({ offset, value }: LocatedValue, what: string, fail: Fail): Members {
  if (value instanceof Map) return value as Members;
  throw fail(offset, `${what} must be an object such as {"seed": 1, "vectorizer": {"minDf": 3}}`);
}

/** The members that are settings: those of the file, or of the settings in a report or a summary of a model. */
function findSettings(root: Members): LocatedValue | null {
  for (const owner of SETTINGS_OWNERS) {
    const { value } = root.get(owner)?.content ?? { value: null };
    const settings = value instanceof Map ? (value as Members).get("settings") : undefined;
    if (settings !== undefined) return settings.content;
  }
  return null;
}

function readOption(path: string, constraint: AnyConstraint, content: LocatedValue, fail: Fail): unknown {
  const value = content.plain();
  try {
    checkOption(path, constraint, value);
  } catch (error) {
    if (error instanceof OptionError) throw fail(content.offset, error.message, error);
    throw error;
  }
  return value;
}

function readGroup(group: Group, content: LocatedValue, fail: Fail): Readonly<Record<string, unknown>> {
  const constraints = new Map<string, AnyConstraint>(Object.entries(TRAINING_GROUPS[group].spec));
  const values: Record<string, unknown> = {};
  for (const [name, { keyOffset, content: option }] of membersOf(content, group, fail)) {
    const constraint = constraints.get(name);
    if (constraint === undefined) {
      throw fail(keyOffset, `${group}.${name} is not an option; known: ${[...constraints.keys()].join(", ")}`);
    }
    values[name] = readOption(`${group}.${name}`, constraint, option, fail);
  }
  return values;
}

/**
 * Reads training options from JSON with the names and groups of the library's options, such as
 * `{"seed": 1, "vectorizer": {"minDf": 3}}`. A report (`report.json`) and the output of `inspect --format json` are read as well:
 * their settings are taken, the rest is left.
 *
 * @param source name of the file for messages
 * @throws {ConfigError} with line and column, when the text is not JSON, an option is not known, or a value out of range
 */
export function parseConfig(text: string, source: string): TrainingSettings {
  checkText("text", text);
  try {
    return readSettings(text, source);
  } catch (error) {
    if (error instanceof JsonFault) {
      throw new ConfigError({ source, ...error.place }, error.message, { cause: error });
    }
    throw error;
  }
}

function readSettings(text: string, source: string): TrainingSettings {
  const fail = createFail(text, source);
  const whole = membersOf(parseLocatedJson(text), "training options", fail);
  const nested = findSettings(whole);
  const members = nested === null ? whole : membersOf(nested, "settings", fail);
  const run = new Map(listSpec<RunOptions>(RUN_SPEC));
  const settings: Record<string, unknown> = {};
  for (const [name, { keyOffset, content }] of members) {
    const constraint = run.get(name);
    const group = GROUPS.find((known) => known === name);
    if (constraint !== undefined) settings[name] = readOption(name, constraint, content, fail);
    else if (group !== undefined) settings[group] = readGroup(group, content, fail);
    else throw fail(keyOffset, `${name} is not an option; known: ${[...run.keys(), ...GROUPS].join(", ")}`);
  }
  return settings as TrainingSettings;
}

/** The settings as a file that {@link parseConfig} reads. */
export function formatConfig(settings: TrainingSettings): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}
