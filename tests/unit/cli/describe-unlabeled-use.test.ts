import { describe, expect, it } from "vitest";
import { describeUnlabeledUse } from "../../../src/cli/describe-unlabeled-use.js";
import { resolveTrainingSettings, type TrainingSettings } from "../../../src/options/train-options.js";

const describeAfter = (nPseudoLabelRounds: number, settings: TrainingSettings): string =>
  describeUnlabeledUse({
    settings: resolveTrainingSettings(settings),
    unlabeled: { nDocuments: 3, hash: "", nPseudoLabelRounds },
  });

describe("describeUnlabeledUse", () => {
  it("names what was done, and of how many rounds where not all were", () => {
    expect(describeAfter(3, { pseudoLabelRounds: 3 })).toBe("3 rounds of pseudo-labels");
    expect(describeAfter(1, { pseudoLabelRounds: 1 })).toBe("1 round of pseudo-labels");
    expect(describeAfter(1, { pseudoLabelRounds: 3 })).toBe("1 of 3 rounds of pseudo-labels");
    expect(describeAfter(0, { pseudoLabelRounds: 3 })).toBe("0 of 3 rounds of pseudo-labels");
    expect(describeAfter(0, { linear: false, pretrain: "autoencoder" })).toBe("pre-training");
    expect(describeAfter(2, { pretrain: "autoencoder", pseudoLabelRounds: 3 })).toBe(
      "pre-training and 2 of 3 rounds of pseudo-labels",
    );
  });
});
