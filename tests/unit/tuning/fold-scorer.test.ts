import { describe, expect, it } from "vitest";
import { loadDefaultMlp } from "../../../src/io/assets.js";
import { resolveTrainingSettings, type TrainingSettings } from "../../../src/options/train-options.js";
import { createLocalAnalyzer } from "../../../src/training/document-analyzer.js";
import { FoldScorer } from "../../../src/tuning/fold-scorer.js";
import { SMALL_ARTICLES, SMALL_TRAINING } from "../../conformance/training.js";
import { wordTokenizer } from "../../conformance/word-tokenizer.js";

/** A scorer of one fold, and how many analyses and kernels were made for it. */
async function createScorer(): Promise<{
  readonly score: (settings: TrainingSettings) => Promise<unknown>;
  readonly nAnalyzers: () => number;
  readonly nKernels: () => number;
}> {
  const kernels = await loadDefaultMlp();
  let nAnalyzers = 0;
  let nKernels = 0;
  const rows = Uint32Array.from(SMALL_ARTICLES, (_, row) => row);
  const scorer = new FoldScorer({
    articles: SMALL_ARTICLES,
    folds: [{ train: rows.filter((row) => row % 3 !== 0), test: rows.filter((row) => row % 3 === 0) }],
    analyzer: (options) => {
      nAnalyzers++;
      return createLocalAnalyzer(wordTokenizer(), options, null);
    },
    kernels: (nBytes) => {
      nKernels++;
      return kernels(nBytes);
    },
    numbering: null,
    source: "articles",
  });
  return {
    score: (settings) =>
      scorer.score(resolveTrainingSettings({ ...SMALL_TRAINING, linear: true, refit: "auto", ...settings }), 0),
    nAnalyzers: () => nAnalyzers,
    nKernels: () => nKernels,
  };
}

describe("FoldScorer", () => {
  it("makes nothing again where the same members were scored before", async () => {
    const { score, nAnalyzers, nKernels } = await createScorer();
    const first = await score({});
    const [nAnalyzersBefore, nKernelsBefore] = [nAnalyzers(), nKernels()];
    expect(await score({})).toEqual(first);
    // The network is there already, and there is no other member.
    await score({ linear: false });
    expect({ nAnalyzers: nAnalyzers(), nKernels: nKernels() }).toEqual({
      nAnalyzers: nAnalyzersBefore,
      nKernels: nKernelsBefore,
    });
  });

  it("makes the member anew that is another, of the same terms", async () => {
    const { score, nAnalyzers, nKernels } = await createScorer();
    await score({});
    const ofBoth = nKernels();
    await score({ refit: "never" });
    const ofLinear = nKernels() - ofBoth;
    await score({ network: { ...SMALL_TRAINING.network, dropout: 0.5 } });
    const ofNetwork = nKernels() - ofBoth - ofLinear;
    expect(ofLinear).toBeGreaterThan(0);
    expect(ofNetwork).toBeGreaterThan(0);
    expect(ofLinear + ofNetwork).toBe(ofBoth);
    expect(nAnalyzers()).toBe(1);
    await score({ terms: { ...SMALL_TRAINING.terms, stem: false } });
    expect(nAnalyzers()).toBe(2);
  });
});
