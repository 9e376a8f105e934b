import { ModelFormatError } from "../errors.js";
import type { EpochRecord } from "../nn/train-mlp.js";
import type { ResolvedTrainingSettings, TrainingSettings } from "../options/train-options.js";
import { resolveTrainingSettings } from "../options/train-options.js";

/** The version this program writes; readers refuse any other. */
export const FORMAT_VERSION = 1;

/** What a model file says of itself. */
export interface ModelMetadata {
  readonly formatVersion: number;
  /** In the order of the network's outputs; sorted by code unit. */
  readonly labels: readonly string[];
  /** `Tokenizer.id`: name and content hash of the dictionary; a classifier refuses a tokenizer with another. */
  readonly tokenizerId: string;
  readonly settings: ResolvedTrainingSettings;
  /** Articles that the vocabulary and the weights were fitted on. */
  readonly nDocuments: number;
  /** The same by label, in the order of `labels`. */
  readonly trainSupport: readonly number[];
  /** Articles of the validation share. */
  readonly nValidationDocuments: number;
  /** SHA-256 (hex) of the articles as they were given; see docs/model-format.md. */
  readonly trainingDataHash: string;
  /** The epoch whose weights were kept, and its figures. */
  readonly selectedEpoch: EpochRecord;
}

function fail(expected: string, found: unknown): never {
  throw new ModelFormatError(
    8,
    expected,
    typeof found === "string" ? JSON.stringify(found.slice(0, 40)) : String(found),
    {
      hint: "the manifest was not written by newsclf",
    },
  );
}

class ManifestReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`an object as ${path}`, value);
    this.#fields = new Map(Object.entries(value));
    this.#path = path;
  }

  field(name: string): unknown {
    return this.#fields.get(name);
  }

  expectOnly(names: readonly string[]): void {
    for (const name of this.#fields.keys()) if (!names.includes(name)) fail(`no field ${this.#path}.${name}`, "one");
  }

  string(name: string): string {
    const value = this.field(name);
    return typeof value === "string" ? value : fail(`a string as ${this.#path}.${name}`, value);
  }

  count(name: string): number {
    const value = this.field(name);
    return isCount(value) ? value : fail(`a count as ${this.#path}.${name}`, value);
  }

  number(name: string): number {
    const value = this.field(name);
    return Number.isFinite(value) ? (value as number) : fail(`a finite number as ${this.#path}.${name}`, value);
  }

  numberOrNull(name: string): number | null {
    return this.field(name) === null ? null : this.number(name);
  }
}

function parseLabels(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length < 2) fail("at least two labels", value);
  const labels = value.map((label: unknown) =>
    typeof label === "string" && label !== "" ? label : fail("labels that are strings", label),
  );
  // As in Vocabulary: by code unit, so that the file is the same in every locale.
  if (labels.some((label, index) => index > 0 && (labels[index - 1] as string) >= label)) {
    fail("labels that rise by code unit, none twice", labels.join(", "));
  }
  return Object.freeze(labels);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseSupport(value: unknown, nLabels: number, nDocuments: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== nLabels || !value.every((count) => isCount(count) && count >= 1)) {
    fail(`${nLabels} counts ≥ 1 as trainSupport`, value);
  }
  const sum = value.reduce((total, count) => total + count, 0);
  return sum === nDocuments
    ? Object.freeze([...value])
    : fail(`counts that add up to ${nDocuments} as trainSupport`, sum);
}

/** Dotted name of the first setting of `complete` that `given` lacks; null when there is none. */
function findMissingSetting(given: object, complete: object): string | null {
  const fields = new Map<string, unknown>(Object.entries(given));
  for (const [name, value] of Object.entries(complete)) {
    if (!fields.has(name)) return name;
    if (typeof value !== "object" || Array.isArray(value)) continue;
    const missing = findMissingSetting(fields.get(name) as object, value as object);
    if (missing !== null) return `${name}.${missing}`;
  }
  return null;
}

function parseSettings(value: unknown): ResolvedTrainingSettings {
  if (typeof value !== "object" || value === null) fail("an object as settings", value);
  let settings: ResolvedTrainingSettings;
  try {
    settings = resolveTrainingSettings(value as TrainingSettings);
  } catch (cause) {
    throw new ModelFormatError(8, "training settings that this version knows", (cause as Error).message, { cause });
  }
  // Today's default is not what the model was trained with.
  const missing = findMissingSetting(value, settings);
  return missing === null ? settings : fail(`a value as settings.${missing}`, "none");
}

function parseHash(value: string): string {
  return /^[0-9a-f]{64}$/.test(value) ? value : fail("64 hexadecimal digits as trainingDataHash", value);
}

/** Renders the manifest as JSON with a fixed order of fields. */
export function formatManifest(metadata: ModelMetadata): string {
  const { settings, selectedEpoch } = metadata;
  return JSON.stringify({
    formatVersion: metadata.formatVersion,
    labels: metadata.labels,
    tokenizerId: metadata.tokenizerId,
    settings: {
      seed: settings.seed,
      validationFraction: settings.validationFraction,
      terms: settings.terms,
      vectorizer: settings.vectorizer,
      network: settings.network,
      optimizer: settings.optimizer,
    },
    nDocuments: metadata.nDocuments,
    trainSupport: metadata.trainSupport,
    nValidationDocuments: metadata.nValidationDocuments,
    trainingDataHash: metadata.trainingDataHash,
    selectedEpoch: {
      epoch: selectedEpoch.epoch,
      learningRate: selectedEpoch.learningRate,
      trainLoss: selectedEpoch.trainLoss,
      validationLoss: selectedEpoch.validationLoss,
      validationAccuracy: selectedEpoch.validationAccuracy,
      validationMacroF1: selectedEpoch.validationMacroF1,
    },
  });
}

/**
 * Reads a manifest and checks every field.
 * @throws {ModelFormatError} code MODEL_VERSION for another format version, else MODEL_FORMAT
 */
export function parseManifest(text: string): ModelMetadata {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ModelFormatError(8, "a manifest in JSON", "other text", { cause });
  }
  const manifest = new ManifestReader(value, "manifest");
  const formatVersion = manifest.count("formatVersion");
  if (formatVersion !== FORMAT_VERSION) {
    throw new ModelFormatError(8, `model format version ${FORMAT_VERSION}`, `version ${formatVersion}`, {
      code: "MODEL_VERSION",
      hint:
        formatVersion > FORMAT_VERSION
          ? "a newer newsclf wrote this file; update the package"
          : "train the model again",
    });
  }
  manifest.expectOnly([
    "formatVersion",
    "labels",
    "tokenizerId",
    "settings",
    "nDocuments",
    "trainSupport",
    "nValidationDocuments",
    "trainingDataHash",
    "selectedEpoch",
  ]);
  const epoch = new ManifestReader(manifest.field("selectedEpoch"), "selectedEpoch");
  epoch.expectOnly(["epoch", "learningRate", "trainLoss", "validationLoss", "validationAccuracy", "validationMacroF1"]);
  const labels = parseLabels(manifest.field("labels"));
  const nDocuments = manifest.count("nDocuments");
  return Object.freeze({
    formatVersion,
    labels,
    tokenizerId: manifest.string("tokenizerId"),
    settings: parseSettings(manifest.field("settings")),
    nDocuments,
    trainSupport: parseSupport(manifest.field("trainSupport"), labels.length, nDocuments),
    nValidationDocuments: manifest.count("nValidationDocuments"),
    trainingDataHash: parseHash(manifest.string("trainingDataHash")),
    selectedEpoch: Object.freeze({
      epoch: epoch.count("epoch"),
      learningRate: epoch.number("learningRate"),
      trainLoss: epoch.number("trainLoss"),
      validationLoss: epoch.numberOrNull("validationLoss"),
      validationAccuracy: epoch.numberOrNull("validationAccuracy"),
      validationMacroF1: epoch.numberOrNull("validationMacroF1"),
    }),
  });
}
