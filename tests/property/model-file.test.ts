import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../../src/errors.js";
import { Vocabulary } from "../../src/features/vocabulary.js";
import { FORMAT_VERSION, parseManifest } from "../../src/model-file/manifest.js";
import {
  type DecodedModel,
  decodeModel,
  encodeModel,
  frequenciesOf,
  type ModelParts,
} from "../../src/model-file/model-file.js";
import { decodeSafetensors } from "../../src/model-file/safetensors.js";
import { joinNetworks, type MlpWeights } from "../../src/nn/weights.js";
import { resolveTrainingSettings } from "../../src/options/train-options.js";
import { errorOf } from "../unit/io/streams.js";

const PARAMETERS = { seed: 20261123, numRuns: 100 };

const trapName = fc.constantFrom("__proto__", "constructor", "__metadata__", "\0", '"', "\\", "\ufeff", "😀", "경제");
const byCodeUnit = (names: readonly string[]): string[] => [...names].sort();
/** Labels live in JSON, which can also hold a lone surrogate. */
const labels = fc
  .uniqueArray(fc.oneof(trapName, fc.string({ unit: "binary", minLength: 1, maxLength: 4 })), {
    minLength: 2,
    maxLength: 4,
  })
  .map(byCodeUnit);
const terms = fc
  .uniqueArray(fc.oneof(trapName, fc.string({ unit: "grapheme", maxLength: 4 })), { minLength: 1, maxLength: 5 })
  .map(byCodeUnit);
const size = fc.integer({ min: 1, max: 3 });

function floats(length: number, min?: number): fc.Arbitrary<Float32Array> {
  const range = min === undefined ? {} : { min };
  return fc.float32Array({
    minLength: length,
    maxLength: length,
    noNaN: true,
    noDefaultInfinity: true,
    ...range,
  });
}

function weightsOf(V: number, H: readonly [number, number, number], C: number): fc.Arbitrary<MlpWeights> {
  const [H1, H2, H3] = H;
  const least = 0;
  return fc.record({
    ...{ w1: floats(V * H1), b1: floats(H1), gamma1: floats(H1), beta1: floats(H1) },
    ...{ runningMean1: floats(H1), runningVar1: floats(H1, least) },
    ...{ w2: floats(H1 * H2), b2: floats(H2), gamma2: floats(H2), beta2: floats(H2) },
    ...{ runningMean2: floats(H2), runningVar2: floats(H2, least) },
    ...{ w3: floats(H2 * H3), b3: floats(H3), gamma3: floats(H3), beta3: floats(H3) },
    ...{ runningMean3: floats(H3), runningVar3: floats(H3, least) },
    ...{ w4: floats(H3 * C), b4: floats(C) },
  });
}

const modelParts: fc.Arbitrary<ModelParts> = fc
  .record({ labels, terms, hiddenUnits: fc.tuple(size, size, size), otherUnits: fc.tuple(size, size, size) })
  .chain(({ labels, terms, hiddenUnits, otherUnits }) => {
    const C = labels.length;
    const V = terms.length;
    const support = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: C, maxLength: C });
    return fc.record({
      labels: fc.constant(labels),
      terms: fc.constant(terms),
      hiddenUnits: fc.constant(hiddenUnits),
      support,
      // Document frequencies as shares of the label's articles, so that none is above their number.
      shares: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: C * V, maxLength: C * V }),
      members: fc.tuple(weightsOf(V, hiddenUnits, C)).chain(([first]) =>
        fc.oneof(
          fc.constant([first] as const),
          weightsOf(V, otherUnits, C).map((second) => [first, second] as const),
        ),
      ),
      // Whether the last of several networks is the linear one, which has no epoch.
      linear: fc.boolean(),
      calibration: fc.record({
        temperature: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        flattenedShare: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
        labelBias: fc.array(
          fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((bias) => bias + 0),
          {
            minLength: C,
            maxLength: C,
          },
        ),
      }),
      seed: fc.integer({ min: 0, max: 4_294_967_295 }),
      figure: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    });
  })
  .map(({ labels, terms, hiddenUnits, support, shares, members, linear, calibration, seed, figure }) => {
    const V = terms.length;
    const labelDocumentFrequency = Uint32Array.from(shares, (share, place) =>
      // Label 0 has each term, so that no term is in no article.
      place < V ? 1 : Math.min(share, support[Math.floor(place / V)] as number),
    );
    // JSON has no -0, and no training gives one.
    const plainFigure = figure === null ? null : figure + 0;
    const nEpochs = members.length - (linear && members.length > 1 ? 1 : 0);
    const votes = members.map((_, m) => 1 + ((seed + m) % 100));
    const selectedEpoch = {
      epoch: 1,
      learningRate: 0.1,
      trainLoss: 1,
      validationLoss: plainFigure,
      validationAccuracy: null,
      validationMacroF1: plainFigure,
    };
    return {
      metadata: {
        formatVersion: FORMAT_VERSION,
        labels,
        tokenizerId: "words-1",
        settings: resolveTrainingSettings({ seed, linear, network: { hiddenUnits } }),
        nDocuments: support.reduce((sum, count) => sum + count, 0),
        trainSupport: support,
        nValidationDocuments: 0,
        isRefitted: linear,
        isDistilled: !linear,
        trainingDataHash: "ab".repeat(32),
        members: members.map(({ b1, b2, b3 }, m) => ({
          hiddenUnits: [b1.length, b2.length, b3.length] as const,
          votes: votes[m] as number,
        })),
        selectedEpochs: [selectedEpoch, ...members.slice(1, nEpochs).map(() => selectedEpoch)],
        calibration,
      },
      vocabulary: Vocabulary.fromTerms(terms),
      labelDocumentFrequency,
      networks: joinNetworks(members, votes),
    };
  });

function plain({ vocabulary, ...parts }: ModelParts): unknown {
  return { ...parts, terms: [...vocabulary] };
}

describe("a model file", () => {
  it("gives back the parts it was made of, bit for bit, from any place in memory", async () => {
    await fc.assert(
      fc.asyncProperty(modelParts, fc.integer({ min: 0, max: 8 }), async (parts, shift) => {
        const bytes = await encodeModel(parts);
        const shifted = new Uint8Array(bytes.length + shift);
        shifted.set(bytes, shift);
        expect(plain(await decodeModel(shifted.subarray(shift)))).toEqual(
          plain({ ...parts, frequencies: frequenciesOf(parts) } as DecodedModel),
        );
        expect(await encodeModel(await decodeModel(bytes))).toEqual(bytes);
      }),
      PARAMETERS,
    );
  });
});

describe("readers of damaged bytes", () => {
  it("throw nothing but ModelFormatError", async () => {
    await fc.assert(
      fc.asyncProperty(
        modelParts,
        fc.array(fc.record({ place: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
          minLength: 1,
          maxLength: 9,
        }),
        async (parts, changes) => {
          const bytes = await encodeModel(parts);
          const damaged = bytes.slice();
          for (const { place, byte } of changes) damaged[place % bytes.length] = byte;
          fc.pre(damaged.some((byte, place) => byte !== bytes[place]));
          expect(await errorOf(decodeModel(damaged))).toBeInstanceOf(ModelFormatError);
        },
      ),
      PARAMETERS,
    );
  });

  it("throw nothing but ModelFormatError for any header", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const header = new TextEncoder().encode(text);
        const bytes = new Uint8Array(8 + header.length);
        new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
        bytes.set(header, 8);
        try {
          decodeSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      PARAMETERS,
    );
  });

  it("throw nothing but ModelFormatError for any manifest", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => parseManifest(text)).toThrow(ModelFormatError);
      }),
      PARAMETERS,
    );
  });
});
