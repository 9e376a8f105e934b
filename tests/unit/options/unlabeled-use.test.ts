import { describe, expect, it } from "vitest";
import { OptionError } from "../../../src/errors.js";
import { resolveTrainingSettings, type TrainingSettings } from "../../../src/options/train-options.js";
import { checkUnlabeledUse, unlabeledUseOf } from "../../../src/options/unlabeled-use.js";

describe("checkUnlabeledUse", () => {
  const check = (settings: TrainingSettings) => () => checkUnlabeledUse(resolveTrainingSettings(settings));

  it("refuses settings with which nothing learns from articles without labels", () => {
    expect(check({ linear: false })).toThrow(OptionError);
    expect(check({ linear: false })).toThrow(
      'linear must be true where there are articles without labels and pretrain is "none"; got false',
    );
    expect(check({ pseudoLabelRounds: 0 })).toThrow(
      'pseudoLabelRounds must be 1 or more where there are articles without labels and pretrain is "none"; got 0',
    );
  });

  it("takes the others", () => {
    for (const settings of [{}, { linear: false, pretrain: "autoencoder" }, { pseudoLabelRounds: 1 }] as const) {
      expect(check(settings)).not.toThrow();
    }
    expect(unlabeledUseOf(resolveTrainingSettings({ linear: false, pretrain: "autoencoder" }))).toEqual({
      isPretrained: true,
      nPseudoLabelRounds: 0,
    });
  });
});
