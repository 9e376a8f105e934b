import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../../src/errors.js";
import {
  formatManifest,
  hasLinearMember,
  type ModelMetadata,
  parseManifest,
} from "../../../src/model-file/manifest.js";
import { noCalibration } from "../../../src/nn/calibration.js";
import type { AnyConstraint } from "../../../src/options/constraint.js";
import { RUN_SPEC, TRAINING_GROUPS } from "../../../src/options/train-options.js";
import { smallParts } from "./small-model.js";

const { metadata } = smallParts({ labels: ["경제", "정치"], terms: ["금리/NNG"] });

/** The manifest as JSON with one field, named by its path, in place of its own; undefined leaves it out. */
function withField(path: string, value: unknown): string {
  const manifest = JSON.parse(formatManifest(metadata)) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop() as string;
  let owner = manifest;
  for (const name of names) owner = owner[name] as Record<string, unknown>;
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return JSON.stringify(manifest);
}

function refusal(text: string): ModelFormatError {
  try {
    parseManifest(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    return error as ModelFormatError;
  }
  throw new Error(`accepted: ${text}`);
}

/** Dotted names of the options that have, or lack, a value for files that do not name them. */
function settingPaths(isYounger: boolean): string[] {
  const namesOf = (spec: object): string[] =>
    Object.entries(spec as Record<string, AnyConstraint>).flatMap(([name, { inOlderFiles }]) =>
      (inOlderFiles !== undefined) === isYounger ? [name] : [],
    );
  const groups = Object.entries(TRAINING_GROUPS);
  return [
    ...namesOf(RUN_SPEC),
    ...groups.flatMap(([group, { spec }]) => namesOf(spec).map((name) => `${group}.${name}`)),
  ];
}

describe("formatManifest and parseManifest", () => {
  it("give back what was written", () => {
    expect(parseManifest(formatManifest(metadata))).toEqual(metadata);
  });

  it("keep the rounds of pseudo-labels that were done, which the file tells of where they are fewer than those of the settings", () => {
    for (const [nPseudoLabelRounds, stored] of [
      [0, 0],
      [2, 2],
      [3, undefined],
    ]) {
      const unlabeled = { nDocuments: 5, hash: "0".repeat(64), nPseudoLabelRounds: nPseudoLabelRounds as number };
      const settings = { ...metadata.settings, linear: true, pseudoLabelRounds: 3 };
      const text = formatManifest({ ...metadata, settings, unlabeled });
      expect(JSON.parse(text).unlabeled.nPseudoLabelRounds).toBe(stored);
      expect(parseManifest(text).unlabeled).toEqual(unlabeled);
    }
  });

  it("know no number of rounds in files before version 5, which had as many as the settings ask for", () => {
    const unlabeled = { nDocuments: 5, hash: "0".repeat(64) };
    const settings = { ...metadata.settings, linear: true, pseudoLabelRounds: 3 };
    const { calibration, ...others } = JSON.parse(formatManifest({ ...metadata, settings })) as Record<string, object>;
    const { flattenedShare: _, ...older } = calibration as Record<string, unknown>;
    const before = { ...others, formatVersion: 4, calibration: older };
    expect(parseManifest(JSON.stringify({ ...before, unlabeled })).unlabeled?.nPseudoLabelRounds).toBe(3);
    const told = JSON.stringify({ ...before, unlabeled: { ...unlabeled, nPseudoLabelRounds: 1 } });
    expect(refusal(told).message).toContain("no field unlabeled.nPseudoLabelRounds");
  });

  it("refuse as many rounds of pseudo-labels as the settings ask for, or more, for those go without saying", () => {
    const { linear, pseudoLabelRounds } = metadata.settings;
    const nAsked = linear ? pseudoLabelRounds : 0;
    const unlabeled = { nDocuments: 5, hash: "0".repeat(64), nPseudoLabelRounds: nAsked };
    expect(refusal(withField("unlabeled", unlabeled)).message).toContain(
      `a count below the ${nAsked} of the settings as unlabeled.nPseudoLabelRounds`,
    );
  });

  it("keep the fields in the order of docs/model-format.md, whatever the order of the settings given", () => {
    const reversed = Object.fromEntries(Object.entries(metadata).reverse()) as unknown as typeof metadata;
    const settings = Object.fromEntries(Object.entries(metadata.settings).reverse()) as typeof metadata.settings;
    expect(formatManifest({ ...reversed, settings })).toBe(formatManifest(metadata));
  });

  it("give a result that cannot be changed", () => {
    const parsed = parseManifest(formatManifest(metadata));
    for (const part of [
      parsed,
      parsed.labels,
      parsed.trainSupport,
      parsed.selectedEpochs[0],
      parsed.calibration.labelBias,
      parsed.settings.network,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

/** What a manifest says of a network of one unit in each layer. */
const UNITS = { hiddenUnits: [1, 1, 1], votes: 1 };

/** A calibration as files before version 5 have it. */
const OLDER_CALIBRATION = { temperature: 2, labelBias: [0, 1] };

describe("parseManifest", () => {
  it("takes the networks of version 2 from the settings, the linear one where each layer has a unit for each label", () => {
    const older = (hiddenUnits: readonly number[]): ModelMetadata => {
      const manifest = JSON.parse(withField("settings.network.hiddenUnits", hiddenUnits)) as Record<string, unknown>;
      const { members: _, ...others } = manifest;
      return parseManifest(JSON.stringify({ ...others, calibration: OLDER_CALIBRATION, formatVersion: 2 }));
    };
    expect(() => older([4, 2, 3])).toThrow("expected one network in a file of version 2; found 2, whose probabilities");
    expect(older([4, 1, 3]).members).toEqual([{ hiddenUnits: [4, 1, 3], votes: 1 }]);
    expect(hasLinearMember(older([4, 1, 3]))).toBe(false);
  });
});

describe("parseManifest, of a file of version 4,", () => {
  const older = (calibration: object): string =>
    JSON.stringify({ ...JSON.parse(withField("calibration", calibration)), formatVersion: 4 });

  it("takes a flattened share of 0", () => {
    const { calibration } = parseManifest(older(OLDER_CALIBRATION));
    expect(calibration).toEqual({ ...OLDER_CALIBRATION, flattenedShare: 0 });
  });

  it("refuses one that is written", () => {
    const text = older({ ...OLDER_CALIBRATION, flattenedShare: 0 });
    expect(refusal(text).message).toContain("no field calibration.flattenedShare");
  });
});

describe("parseManifest refuses", () => {
  it.each<readonly [string, string, unknown, string]>([
    ["one label", "labels", ["경제"], "at least two labels"],
    ["a label twice", "labels", ["경제", "경제"], "labels that rise by code unit, none twice"],
    ["labels out of order", "labels", ["정치", "경제"], "labels that rise by code unit, none twice"],
    ["an empty label", "labels", ["", "경제"], "labels that are strings"],
    ["a label that is no string", "labels", ["경제", 1], "labels that are strings"],
    ["a tokenizer without a name", "tokenizerId", undefined, "a string as manifest.tokenizerId"],
    ["a negative count", "nDocuments", -1, "a count as manifest.nDocuments"],
    ["half an article", "nValidationDocuments", 0.5, "a count as manifest.nValidationDocuments"],
    ["counts of too few labels", "trainSupport", [4], "2 counts ≥ 1 as trainSupport"],
    ["a label without articles", "trainSupport", [0, 4], "2 counts ≥ 1 as trainSupport"],
    ["counts that do not add up", "trainSupport", [2, 3], "counts that add up to 4 as trainSupport; found 5"],
    ["a hash that is none", "trainingDataHash", "abc", "64 hexadecimal digits as trainingDataHash"],
    ["no epoch", "selectedEpochs", [], "an epoch for each network as selectedEpochs"],
    ["an epoch that is null", "selectedEpochs.0", null, "an object as selectedEpochs[0]"],
    ["a loss that is a string", "selectedEpochs.0.trainLoss", "0.1", "a finite number as selectedEpochs[0].trainLoss"],
    ["an unknown figure", "selectedEpochs.0.testLoss", 1, "no field selectedEpochs[0].testLoss"],
    ["no networks", "members", [], "1 or 2 networks as members"],
    ["more networks than epochs and a linear member", "members", Array(3).fill(UNITS), "1 or 2 networks as members"],
    ["a network that is a list", "members.0", [1, 1, 1], "an object as members[0]"],
    ["two hidden layers", "members.0.hiddenUnits", [1, 1], "3 counts ≥ 1 as members[0].hiddenUnits"],
    ["a network without a vote", "members.0.votes", 0, "a count in [1, 200] as members[0].votes"],
    ["a network of too many votes", "members.0.votes", 201, "a count in [1, 200] as members[0].votes"],
    ["a layer without units", "members.0.hiddenUnits", [1, 0, 1], "3 counts ≥ 1 as members[0].hiddenUnits"],
    ["an unknown field of a network", "members.0.dropout", 0, "no field members[0].dropout"],
    ["no calibration", "calibration", undefined, "an object as calibration"],
    ["a temperature of 0", "calibration.temperature", 0, "a number in [0.001, 1000] as calibration.temperature"],
    ["no share", "calibration.flattenedShare", undefined, "a finite number as calibration.flattenedShare"],
    ["a share below 0", "calibration.flattenedShare", -0.01, "a number in [0, 1] as calibration.flattenedShare"],
    ["a share above 1", "calibration.flattenedShare", 1.01, "a number in [0, 1] as calibration.flattenedShare"],
    ["a bias for too few labels", "calibration.labelBias", [0], "2 numbers in [-1000, 1000] as calibration.labelBias"],
    ["a bias without end", "calibration.labelBias", [0, 1001], "2 numbers in [-1000, 1000] as calibration.labelBias"],
    ["an unknown calibration", "calibration.scale", 1, "no field calibration.scale"],
    ["an unknown field", "author", "…", "no field manifest.author"],
    ["settings that are a list", "settings", [], "an object as settings"],
    ["settings that are null", "settings", null, "an object as settings"],
    ["a group that is null", "settings.network", null, "an object as settings.network"],
    ["an unknown group", "settings.server", {}, "server is not an option"],
    ["an unknown setting", "settings.network.layers", 3, "network.layers is not an option"],
    ["dropout of 1", "settings.network.dropout", 1, "network.dropout must be a number in [0, 1)"],
    ["four hidden layers", "settings.network.hiddenUnits", [1, 1, 1, 1], "network.hiddenUnits must be 3 integers"],
    ["minDf of 0", "settings.vectorizer.minDf", 0, "vectorizer.minDf must be an integer ≥ 1"],
    ["a negative seed", "settings.seed", -1, "seed must be an integer in [0, 4294967295]"],
  ])("%s", (_, path, value, message) => {
    const error = refusal(withField(path, value));
    expect(error.code).toBe("MODEL_FORMAT");
    expect(error.message).toContain(message);
  });

  it("a number too large for double precision", () => {
    const text = formatManifest(metadata).replace('"trainLoss":0.25', '"trainLoss":1e999');
    expect(refusal(text).message).toContain("a finite number as selectedEpochs[0].trainLoss; found Infinity");
  });

  // Today's default need not be what the model was trained with.
  it.each(settingPaths(false))("settings without %s", (path) => {
    expect(refusal(withField(`settings.${path}`, undefined)).message).toContain(`expected a value as settings.${path}`);
  });

  it("but not settings of before texts could be cleaned, which stand for no cleaning", () => {
    expect(parseManifest(withField("settings.text", undefined)).settings.text).toEqual({ clean: "none" });
  });

  it("more values than are read, which are not written either", () => {
    // Three values for each label: its name, its articles, its bias.
    const labels = Array.from({ length: 90_000 }, (_, i) => `${i + 100_000}`);
    expect(refusal(withField("labels", [...labels, ...labels, ...labels])).message).toContain(
      "expected a manifest in JSON; found text that has more than 250000 values",
    );
    const calibration = noCalibration(labels.length);
    const trainSupport = labels.map(() => 1);
    expect(() => formatManifest({ ...metadata, labels, trainSupport, calibration })).toThrow(
      /a manifest with fewer labels and epochs in JSON; found text that has more than 250000 values/,
    );
  });

  it("text that is not JSON, and JSON that is no object", () => {
    expect(refusal("{").message).toContain("a manifest in JSON");
    expect(refusal("[]").message).toContain("an object as manifest");
    expect(refusal("null").message).toContain("an object as manifest");
  });
});
