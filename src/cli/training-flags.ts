import { type Command, Option } from "commander";
import { mergeSettings } from "../options/merge-settings.js";
import { QUALITIES, type Quality } from "../options/quality.js";
import {
  NETWORK_SPEC,
  type NetworkOptions,
  OPTIMIZER_SPEC,
  type OptimizerOptions,
  RUN_SPEC,
  type RunOptions,
  TERM_SPEC,
  TEXT_SPEC,
  type TermOptions,
  type TextOptions,
  type TrainingSettings,
  VECTORIZER_SPEC,
  type VectorizerOptions,
} from "../options/train-options.js";
import { addSpecFlags, flagOf, pickSpecValues } from "./option-flags.js";

export interface ConfigFlag {
  readonly config?: string;
  readonly quality?: Quality;
}

/** The options of a quality as flags: "--ensemble 8 --max-features 200000". */
function qualityFlags(quality: Quality): string {
  const { vectorizer, ...run } = QUALITIES[quality];
  return Object.entries({ ...run, ...vectorizer })
    .map(([name, value]) => `${flagOf(name)} ${value}`)
    .join(" ");
}

/** Measured; docs/accuracy.md. */
const WORTH_OF_BEST =
  "eight networks to train in place of one for 0.4 points of macro-F1 on later headlines, 0.7 on a thousand articles of agencies and none on other articles and headlines";

function qualityOption(): Option {
  const help = `a set of options by its name, over which other flags win; best, where time and size do not matter, is ${qualityFlags("best")}: ${WORTH_OF_BEST}`;
  return new Option("--quality <word>", help).choices(Object.keys(QUALITIES));
}

/** Adds `--config`, `--quality` and one flag for each training option, by group. */
export function addTrainingFlags(command: Command): void {
  command.option(
    "--config <file>",
    "take training options from this file in JSON, or those of a report.json; flags win over it",
  );
  command.addOption(qualityOption());
  command.optionsGroup("Run:");
  addSpecFlags<RunOptions>(command, RUN_SPEC);
  command.optionsGroup("Text:");
  addSpecFlags<TextOptions>(command, TEXT_SPEC);
  command.optionsGroup("Terms:");
  addSpecFlags<TermOptions>(command, TERM_SPEC);
  command.optionsGroup("Document-term matrix:");
  addSpecFlags<VectorizerOptions>(command, VECTORIZER_SPEC);
  command.optionsGroup("Network:");
  addSpecFlags<NetworkOptions>(command, NETWORK_SPEC);
  command.optionsGroup("Optimizer:");
  addSpecFlags<OptimizerOptions>(command, OPTIMIZER_SPEC);
}

/** The training options that the flags give, without those of a file. */
function flagSettings(flags: Readonly<Record<string, unknown>>): TrainingSettings {
  return {
    ...pickSpecValues<RunOptions>(RUN_SPEC, flags),
    text: pickSpecValues<TextOptions>(TEXT_SPEC, flags),
    terms: pickSpecValues<TermOptions>(TERM_SPEC, flags),
    vectorizer: pickSpecValues<VectorizerOptions>(VECTORIZER_SPEC, flags),
    network: pickSpecValues<NetworkOptions>(NETWORK_SPEC, flags),
    optimizer: pickSpecValues<OptimizerOptions>(OPTIMIZER_SPEC, flags),
  };
}

/**
 * The training options of the command line: those of `--config`, over them those of `--quality`, and over these those of the flags.
 * @throws {ConfigError} when the file holds something else
 * @throws {FileError} when it cannot be read
 */
export async function loadTrainingSettings(
  flags: ConfigFlag & Readonly<Record<string, unknown>>,
): Promise<TrainingSettings> {
  const given = mergeSettings(QUALITIES[flags.quality ?? "default"], flagSettings(flags));
  if (flags.config === undefined) return given;
  const { readConfig } = await import("../io/read-config.js");
  return mergeSettings(await readConfig(flags.config), given);
}
