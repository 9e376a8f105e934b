import { ModelFormatError, showValue } from "../errors.js";
import { type Calibration, noCalibration } from "../nn/calibration.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import type { MlpShape } from "../nn/weights.js";
import type { AnyConstraint } from "../options/constraint.js";
import type { ResolvedTrainingSettings, TrainingSettings } from "../options/train-options.js";
import { RUN_SPEC, resolveTrainingSettings, TRAINING_GROUPS } from "../options/train-options.js";
import { unlabeledUseOf } from "../options/unlabeled-use.js";
import { fail, formatStoredJson, isCount, ManifestReader, parseStoredJson } from "./manifest-reader.js";

/** The version this program writes; it reads the earlier ones too. */
export const FORMAT_VERSION = 5;

/** Before, the probabilities of several networks were averaged, which gives other scores. */
const LOGITS_AVERAGED_SINCE = 4;

/** Before, a calibration was a temperature and biases. */
const FLATTENED_SINCE = 5;

/** Before, a file did not tell how many rounds of pseudo-labels were done, only how many were asked for. */
const ROUNDS_TOLD_SINCE = 5;

/** What a model file says of itself. */
export interface ModelMetadata {
  /** Of the file that was read; a file is always written in the newest. */
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
  /** Whether the linear member has learned from them, too, after they had measured the model. */
  readonly isRefitted: boolean;
  /** Whether its network learned the answers of `settings.ensemble` others and stands for them and the linear member. */
  readonly isDistilled: boolean;
  /** SHA-256 (hex) of the articles as they were given; see docs/model-format.md. */
  readonly trainingDataHash: string;
  /** Articles without labels that it was trained on, too; not there where there were none. */
  readonly unlabeled?: UnlabeledArticles;
  /** The networks whose logits are averaged by their votes; behind those that have an epoch stands the linear member, where there is one. */
  readonly members: readonly MemberDescription[];
  /** For each trained network the epoch whose weights were kept, and its figures. */
  readonly selectedEpochs: readonly [EpochRecord, ...EpochRecord[]];
  /** Applied to the mean of the members' logits. */
  readonly calibration: Calibration;
}

/** What a manifest says of a network. */
export interface MemberDescription {
  readonly hiddenUnits: MlpShape["hiddenUnits"];
  /** How often its logits count in the mean. */
  readonly votes: number;
}

/** What a model was trained on beside articles with labels. */
export interface UnlabeledArticles {
  /** ≥ 1 */
  readonly nDocuments: number;
  /** SHA-256 (hex), as `trainingDataHash` with empty labels. */
  readonly hash: string;
  /** Rounds of pseudo-labels that were done; fewer than the settings ask for in a run that was stopped. */
  readonly nPseudoLabelRounds: number;
}

/** Wider than any that a fit gives; within it the arithmetic stays finite. */
const TEMPERATURE_RANGE = [1e-3, 1e3] as const;
const MAX_LABEL_BIAS = 1e3;
/** Twice as many as an ensemble has networks at most: those of the linear member beside them. */
const MAX_VOTES = 200;

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

function parseSupport(value: unknown, nLabels: number, nDocuments: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== nLabels || !value.every((count) => isCount(count) && count >= 1)) {
    fail(`${nLabels} counts ≥ 1 as trainSupport`, value);
  }
  const sum = value.reduce((total, count) => total + count, 0);
  return sum === nDocuments
    ? Object.freeze([...value])
    : fail(`counts that add up to ${nDocuments} as trainSupport`, sum);
}

/** `given` with the value of older files for each option of the table that it lacks. */
function completeGroup(
  given: Readonly<Record<string, unknown>>,
  spec: Readonly<Record<string, AnyConstraint>>,
  path: string,
): Readonly<Record<string, unknown>> {
  const complete: Record<string, unknown> = { ...given };
  for (const [name, { inOlderFiles }] of Object.entries(spec)) {
    // Today's default is not what the model was trained with.
    if (!Object.hasOwn(given, name)) complete[name] = inOlderFiles ?? fail(`a value as ${path}.${name}`, "none");
  }
  return complete;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseSettings(value: unknown): ResolvedTrainingSettings {
  if (!isRecord(value)) fail("an object as settings", value);
  const complete: Record<string, unknown> = { ...completeGroup(value, RUN_SPEC, "settings") };
  for (const [group, { spec }] of Object.entries(TRAINING_GROUPS)) {
    const given = value[group] ?? {};
    if (!isRecord(given) || value[group] === null) fail(`an object as settings.${group}`, value[group]);
    complete[group] = completeGroup(given, spec, `settings.${group}`);
  }
  try {
    return resolveTrainingSettings(complete as TrainingSettings);
  } catch (cause) {
    throw new ModelFormatError(8, "training settings that this version knows", (cause as Error).message, { cause });
  }
}

function parseHash(value: string, name: string): string {
  return /^[0-9a-f]{64}$/.test(value) ? value : fail(`64 hexadecimal digits as ${name}`, value);
}

function parseUnlabeled(value: unknown, settings: ResolvedTrainingSettings, formatVersion: number): UnlabeledArticles {
  const unlabeled = new ManifestReader(value, "unlabeled");
  unlabeled.expectOnly(["nDocuments", "hash", ...(formatVersion < ROUNDS_TOLD_SINCE ? [] : ["nPseudoLabelRounds"])]);
  const nDocuments = unlabeled.count("nDocuments");
  if (nDocuments === 0) fail("a count ≥ 1 as unlabeled.nDocuments", nDocuments);
  const hash = parseHash(unlabeled.string("hash"), "unlabeled.hash");
  const { nPseudoLabelRounds: nAsked } = unlabeledUseOf(settings);
  if (unlabeled.field("nPseudoLabelRounds") === undefined) {
    return Object.freeze({ nDocuments, hash, nPseudoLabelRounds: nAsked });
  }
  const nPseudoLabelRounds = unlabeled.count("nPseudoLabelRounds");
  if (nPseudoLabelRounds >= nAsked) {
    fail(`a count below the ${nAsked} of the settings as unlabeled.nPseudoLabelRounds`, nPseudoLabelRounds);
  }
  return Object.freeze({ nDocuments, hash, nPseudoLabelRounds });
}

/** In the order of the file. */
export const EPOCH_FIELDS = [
  "epoch",
  "learningRate",
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "validationMacroF1",
] as const satisfies readonly (keyof EpochRecord)[];

/** @throws {ModelFormatError} when the value is no record of an epoch */
export function parseEpoch(value: unknown, path: string): EpochRecord {
  const epoch = new ManifestReader(value, path);
  epoch.expectOnly(EPOCH_FIELDS);
  return Object.freeze({
    epoch: epoch.count("epoch"),
    learningRate: epoch.number("learningRate"),
    trainLoss: epoch.number("trainLoss"),
    validationLoss: epoch.numberOrNull("validationLoss"),
    validationAccuracy: epoch.numberOrNull("validationAccuracy"),
    validationMacroF1: epoch.numberOrNull("validationMacroF1"),
  });
}

function parseEpochs(value: unknown): ModelMetadata["selectedEpochs"] {
  if (!Array.isArray(value) || value.length === 0) fail("an epoch for each network as selectedEpochs", value);
  const [first, ...others] = value.map((epoch: unknown, member) => parseEpoch(epoch, `selectedEpochs[${member}]`));
  return Object.freeze([first as EpochRecord, ...others]);
}

function parseMembers(value: unknown, nEpochs: number, { linear }: ResolvedTrainingSettings): ModelMetadata["members"] {
  const nMost = nEpochs + (linear ? 1 : 0);
  if (!Array.isArray(value) || value.length < nEpochs || value.length > nMost) {
    fail(`${nEpochs === nMost ? nEpochs : `${nEpochs} or ${nMost}`} networks as members`, value);
  }
  return Object.freeze(
    value.map((description: unknown, i) => {
      const member = new ManifestReader(description, `members[${i}]`);
      member.expectOnly(["hiddenUnits", "votes"]);
      const units = member.field("hiddenUnits");
      if (!Array.isArray(units) || units.length !== 3 || !units.every((n) => isCount(n) && n >= 1)) {
        fail(`3 counts ≥ 1 as members[${i}].hiddenUnits`, units);
      }
      const votes = member.count("votes");
      if (votes < 1 || votes > MAX_VOTES) fail(`a count in [1, ${MAX_VOTES}] as members[${i}].votes`, votes);
      return Object.freeze({ hiddenUnits: Object.freeze([...units]) as unknown as MlpShape["hiddenUnits"], votes });
    }),
  );
}

/**
 * The networks of files before version 3, all of one shape: those with an epoch, and the linear member where the settings
 * have one and each hidden layer has a unit for each label.
 */
function membersOfOlderFile(
  nEpochs: number,
  nLabels: number,
  { linear, network: { hiddenUnits } }: ResolvedTrainingSettings,
): ModelMetadata["members"] {
  const nLinear = linear && hiddenUnits.every((nUnits) => nUnits >= nLabels) ? 1 : 0;
  return Object.freeze(Array.from({ length: nEpochs + nLinear }, () => Object.freeze({ hiddenUnits, votes: 1 })));
}

/** Whether a linear member stands behind the networks. */
export function hasLinearMember({
  members,
  selectedEpochs,
}: Pick<ModelMetadata, "members" | "selectedEpochs">): boolean {
  return members.length > selectedEpochs.length;
}

function parseCalibration(value: unknown, nLabels: number, formatVersion: number): Calibration {
  const calibration = new ManifestReader(value, "calibration");
  const isFlattened = formatVersion >= FLATTENED_SINCE;
  calibration.expectOnly(["temperature", ...(isFlattened ? ["flattenedShare"] : []), "labelBias"]);
  const temperature = calibration.number("temperature");
  const [least, greatest] = TEMPERATURE_RANGE;
  if (temperature < least || temperature > greatest) {
    fail(`a number in [${least}, ${greatest}] as calibration.temperature`, temperature);
  }
  const flattenedShare = isFlattened ? calibration.number("flattenedShare") : 0;
  if (flattenedShare < 0 || flattenedShare > 1) {
    fail("a number in [0, 1] as calibration.flattenedShare", flattenedShare);
  }
  const labelBias = calibration.field("labelBias");
  const isBias = (bias: unknown): boolean => Number.isFinite(bias) && Math.abs(bias as number) <= MAX_LABEL_BIAS;
  if (!Array.isArray(labelBias) || labelBias.length !== nLabels || !labelBias.every(isBias)) {
    fail(`${nLabels} numbers in [-${MAX_LABEL_BIAS}, ${MAX_LABEL_BIAS}] as calibration.labelBias`, labelBias);
  }
  return Object.freeze({ temperature, flattenedShare, labelBias: Object.freeze(labelBias) });
}

/** Rounds are told of where they are not those of the settings. */
function formatUnlabeled(
  { nDocuments, hash, nPseudoLabelRounds }: UnlabeledArticles,
  settings: ResolvedTrainingSettings,
): Partial<UnlabeledArticles> {
  const isAsAsked = nPseudoLabelRounds === unlabeledUseOf(settings).nPseudoLabelRounds;
  return { nDocuments, hash, ...(isAsAsked ? {} : { nPseudoLabelRounds }) };
}

/** The settings in the order of their tables. */
export function orderSettings(settings: ResolvedTrainingSettings): Readonly<Record<string, unknown>> {
  const groups = Object.keys(TRAINING_GROUPS) as (keyof typeof TRAINING_GROUPS)[];
  const runOptions = Object.keys(RUN_SPEC) as (keyof typeof RUN_SPEC)[];
  return Object.fromEntries([...runOptions, ...groups].map((name) => [name, settings[name]]));
}

/**
 * Renders the manifest as JSON of the newest version, with a fixed order of fields.
 * @throws {ModelFormatError} when there are so many labels that it would not be read
 */
export function formatManifest(metadata: ModelMetadata): string {
  return formatStoredJson({
    formatVersion: FORMAT_VERSION,
    labels: metadata.labels,
    tokenizerId: metadata.tokenizerId,
    settings: orderSettings(metadata.settings),
    nDocuments: metadata.nDocuments,
    trainSupport: metadata.trainSupport,
    nValidationDocuments: metadata.nValidationDocuments,
    ...(metadata.isRefitted ? { isRefitted: true } : {}),
    ...(metadata.isDistilled ? { isDistilled: true } : {}),
    trainingDataHash: metadata.trainingDataHash,
    ...(metadata.unlabeled === undefined ? {} : { unlabeled: formatUnlabeled(metadata.unlabeled, metadata.settings) }),
    members: metadata.members.map(({ hiddenUnits, votes }) => ({ hiddenUnits, votes })),
    selectedEpochs: metadata.selectedEpochs.map((record) =>
      Object.fromEntries(EPOCH_FIELDS.map((name) => [name, record[name]])),
    ),
    calibration: {
      temperature: metadata.calibration.temperature,
      flattenedShare: metadata.calibration.flattenedShare,
      labelBias: metadata.calibration.labelBias,
    },
  });
}

/**
 * Reads a manifest of any version so far and checks every field.
 * @throws {ModelFormatError} code MODEL_VERSION for another format version, else MODEL_FORMAT
 */
export function parseManifest(text: string): ModelMetadata {
  const manifest = new ManifestReader(parseStoredJson(text, "a manifest"), "manifest");
  const formatVersion = manifest.count("formatVersion");
  if (formatVersion < 1 || formatVersion > FORMAT_VERSION) {
    throw new ModelFormatError(
      8,
      `a model format version in [1, ${FORMAT_VERSION}]`,
      `version ${showValue(formatVersion)}`,
      {
        code: "MODEL_VERSION",
        hint:
          formatVersion > FORMAT_VERSION
            ? "a newer newsclf wrote this file; update the package"
            : "train the model again",
      },
    );
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
    ...(formatVersion === 1 ? ["selectedEpoch"] : ["unlabeled", "selectedEpochs", "calibration"]),
    ...(formatVersion < 3 ? [] : ["members", "isRefitted", "isDistilled"]),
  ]);
  const labels = parseLabels(manifest.field("labels"));
  const nDocuments = manifest.count("nDocuments");
  const settings = parseSettings(manifest.field("settings"));
  const selectedEpochs = parseEpochs(
    formatVersion === 1 ? [manifest.field("selectedEpoch")] : manifest.field("selectedEpochs"),
  );
  const members =
    formatVersion < 3
      ? membersOfOlderFile(selectedEpochs.length, labels.length, settings)
      : parseMembers(manifest.field("members"), selectedEpochs.length, settings);
  if (formatVersion < LOGITS_AVERAGED_SINCE && members.length > 1) {
    throw new ModelFormatError(
      8,
      `one network in a file of version ${formatVersion}`,
      `${members.length}, whose probabilities were averaged then where logits are now`,
      { code: "MODEL_VERSION", hint: "train the model again" },
    );
  }
  return Object.freeze({
    formatVersion,
    labels,
    tokenizerId: manifest.string("tokenizerId"),
    settings,
    nDocuments,
    trainSupport: parseSupport(manifest.field("trainSupport"), labels.length, nDocuments),
    nValidationDocuments: manifest.count("nValidationDocuments"),
    isRefitted: manifest.boolean("isRefitted"),
    isDistilled: manifest.boolean("isDistilled"),
    trainingDataHash: parseHash(manifest.string("trainingDataHash"), "trainingDataHash"),
    ...(manifest.field("unlabeled") === undefined
      ? {}
      : { unlabeled: parseUnlabeled(manifest.field("unlabeled"), settings, formatVersion) }),
    members,
    selectedEpochs,
    calibration:
      formatVersion === 1
        ? noCalibration(labels.length)
        : parseCalibration(manifest.field("calibration"), labels.length, formatVersion),
  });
}
