import type { Command } from "commander";
import { mergeSettings } from "../options/merge-settings.js";
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
import { addSpecFlags, pickSpecValues } from "./option-flags.js";

export interface ConfigFlag {
  readonly config?: string;
}

/** Adds `--config` and one flag for each training option, by group. */
export function addTrainingFlags(command: Command): void {
  command.option(
    "--config <file>",
    "take training options from this file in JSON, or those of a report.json; flags win over it",
  );
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
export function flagSettings(flags: Readonly<Record<string, unknown>>): TrainingSettings {
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
 * The training options of the command line: those of `--config`, and over them those of the flags.
 * @throws {ConfigError} when the file holds something else
 * @throws {FileError} when it cannot be read
 */
export async function loadTrainingSettings(
  flags: ConfigFlag & Readonly<Record<string, unknown>>,
): Promise<TrainingSettings> {
  const given = flagSettings(flags);
  if (flags.config === undefined) return given;
  const { readConfig } = await import("../io/read-config.js");
  return mergeSettings(await readConfig(flags.config), given);
}
