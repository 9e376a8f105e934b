import type { Command } from "commander";
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

/** Adds one flag for each training option, by group. */
export function addTrainingFlags(command: Command): void {
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

/** The training options that the command line gave. */
export function trainingSettings(flags: Readonly<Record<string, unknown>>): TrainingSettings {
  return {
    ...pickSpecValues<RunOptions>(RUN_SPEC, flags),
    text: pickSpecValues<TextOptions>(TEXT_SPEC, flags),
    terms: pickSpecValues<TermOptions>(TERM_SPEC, flags),
    vectorizer: pickSpecValues<VectorizerOptions>(VECTORIZER_SPEC, flags),
    network: pickSpecValues<NetworkOptions>(NETWORK_SPEC, flags),
    optimizer: pickSpecValues<OptimizerOptions>(OPTIMIZER_SPEC, flags),
  };
}
