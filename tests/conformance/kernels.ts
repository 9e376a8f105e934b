/**
 * What every implementation of MlpKernels must do. Expected values are the formulas of mlp.ts written out one number at
 * a time in double, so that this suite needs no other implementation to compare with.
 */
import { describe, expect, it } from "vitest";
import { BATCH_NORM_EPSILON, BUFFER_ALIGNMENT_BYTES, type MlpKernelFactory } from "../../src/kernels/mlp.js";
import { Philox, RANDOM_STREAM } from "../../src/kernels/random.js";
import { describeScoring } from "./scoring.js";
import { expectClose, Numbers, sum, Workbench } from "./workbench.js";

/** Widths below, at and beside multiples of a SIMD register's four lanes, and one of 75. */
const WIDTHS = [1, 3, 4, 7, 8, 13, 75];
const N_ROWS = 6;

/** Runs the suite; `name` is what the kernels under test must call themselves, so that no other stands in for them. */
export function describeMlpKernels(name: string, factory: MlpKernelFactory): void {
  describeScoring(name, factory);
  describe(`MLP kernels: ${name}`, () => {
    it("are the implementation under test", () => {
      expect(factory(0).name).toBe(name);
    });

    it("hand out zero-filled, aligned buffers that do not overlap", () => {
      const { kernels } = new Workbench(factory);
      const first = kernels.allocate(3).fill(7);
      const second = kernels.allocate(5);
      const indices = kernels.allocateIndices(2);
      const doubles = kernels.allocateDoubles(3);
      expect([...second]).toEqual([0, 0, 0, 0, 0]);
      expect([...doubles]).toEqual([0, 0, 0]);
      expect([...indices]).toEqual([0, 0]);
      indices.fill(9);
      second.fill(8);
      doubles.fill(6);
      expect([...first]).toEqual([7, 7, 7]);
      expect([...indices]).toEqual([9, 9]);
      for (const buffer of [first, second, indices, doubles])
        expect(buffer.byteOffset % BUFFER_ALIGNMENT_BYTES).toBe(0);
    });

    it("adopt an array with its content", () => {
      const { kernels } = new Workbench(factory);
      expect([...kernels.adopt(Float32Array.of(1, 2, 3))]).toEqual([1, 2, 3]);
    });

    it("refuse more memory than was planned", () => {
      // 17 floats are 68 bytes, 128 with alignment.
      expect(() => factory(128).allocate(17)).not.toThrow();
      expect(() => factory(127).allocate(17)).toThrow(/memory plan/);
    });

    describe.each(WIDTHS)("with %i outputs", (n) => {
      // Rows of 2, 0, 1, 3, 1 and 1 values over 5 terms; term 2 is in none, its row of w is never read.
      const INDPTR = [0, 2, 2, 3, 6, 7, 8];
      const COLUMNS = [0, 3, 1, 0, 1, 4, 4, 3];

      it("sums weighted rows of the sparse layer", () => {
        const bench = new Workbench(factory);
        const [values, weight, bias] = [bench.input(8), bench.input(5 * n), bench.input(n)];
        weight.fill(Number.NaN, 2 * n, 3 * n);
        const out = bench.output(N_ROWS * n);
        bench.kernels.sparseLinearForward(
          out,
          bench.indices(INDPTR),
          bench.indices(COLUMNS),
          values,
          weight,
          bias,
          0.75,
          N_ROWS,
          5,
          n,
        );
        expectClose(out, (i) => {
          const [b, o] = [Math.floor(i / n), i % n];
          const begin = INDPTR[b]!;
          const product = (k: number) => values[k]! * 0.75 * weight[COLUMNS[k]! * n + o]!;
          return bias[o]! + sum(INDPTR[b + 1]! - begin, (k) => product(begin + k));
        });
      });

      it("sums gradients of the touched rows of the sparse layer", () => {
        const bench = new Workbench(factory);
        // By slot: the rows that hold its term.
        const indptr = [0, 2, 4, 5, 8];
        const rows = [0, 3, 0, 5, 2, 1, 3, 4];
        const [values, dOut] = [bench.input(8), bench.input(N_ROWS * n)];
        const [slotIndptr, slotRows] = [bench.indices(indptr), bench.indices(rows)];
        for (const [beginSlot, endSlot] of [
          [0, 4],
          [1, 3],
        ] as const) {
          const dWeight = bench.output((endSlot - beginSlot) * n);
          bench.kernels.sparseLinearBackward(
            dWeight,
            dOut,
            slotIndptr,
            slotRows,
            values,
            beginSlot,
            endSlot,
            N_ROWS,
            n,
          );
          expectClose(dWeight, (i) => {
            const [slot, o] = [beginSlot + Math.floor(i / n), i % n];
            const begin = indptr[slot]!;
            const product = (k: number) => values[k]! * dOut[rows[k]! * n + o]!;
            return sum(indptr[slot + 1]! - begin, (k) => product(begin + k));
          });
        }
        const dBias = bench.output(n);
        bench.kernels.sumRows(dBias, dOut, N_ROWS, n);
        expectClose(dBias, (o) => sum(N_ROWS, (b) => dOut[b * n + o]!));
      });

      it.each(WIDTHS)("runs a dense layer of %i inputs forward and backward", (nInputs) => {
        const bench = new Workbench(factory);
        const { kernels } = bench;
        const input = bench.input(N_ROWS * nInputs);
        kernels.reluForward(input, input, input.length);
        const [weight, bias, dOut] = [bench.input(nInputs * n), bench.input(n), bench.input(N_ROWS * n)];
        const out = bench.output(N_ROWS * n);
        kernels.linearForward(out, input, weight, bias, N_ROWS, nInputs, n);
        expectClose(out, (i) => {
          const [b, o] = [Math.floor(i / n), i % n];
          return bias[o]! + sum(nInputs, (k) => input[b * nInputs + k]! * weight[k * n + o]!);
        });
        const [dInput, dWeight, dBias] = [bench.output(N_ROWS * nInputs), bench.output(nInputs * n), bench.output(n)];
        kernels.linearBackward(dInput, dWeight, dBias, dOut, input, weight, N_ROWS, nInputs, n);
        expectClose(dInput, (i) => {
          const [b, k] = [Math.floor(i / nInputs), i % nInputs];
          return input[i] === 0 ? 0 : sum(n, (o) => dOut[b * n + o]! * weight[k * n + o]!);
        });
        expectClose(dWeight, (i) => {
          const [k, o] = [Math.floor(i / n), i % n];
          return sum(N_ROWS, (b) => input[b * nInputs + k]! * dOut[b * n + o]!);
        });
        expectClose(dBias, (o) => sum(N_ROWS, (b) => dOut[b * n + o]!));
      });

      it("normalizes a batch, moves the running statistics and goes back", () => {
        const bench = new Workbench(factory);
        const [input, gamma, beta, dOut] = [
          bench.input(N_ROWS * n),
          bench.input(n),
          bench.input(n),
          bench.input(N_ROWS * n),
        ];
        const [runningMean, runningVar] = [bench.input(n), bench.input(n)];
        const [oldMean, oldVar] = [Float32Array.from(runningMean), Float32Array.from(runningVar)];
        const [out, mean, scale] = [bench.output(N_ROWS * n), bench.output(n), bench.output(n)];
        bench.kernels.batchNormForward(out, mean, scale, runningMean, runningVar, input, gamma, beta, N_ROWS, n);

        const meanOf = (h: number) => sum(N_ROWS, (b) => input[b * n + h]!) / N_ROWS;
        const squaresOf = (h: number) => sum(N_ROWS, (b) => (input[b * n + h]! - meanOf(h)) ** 2);
        const scaleOf = (h: number) => 1 / Math.sqrt(squaresOf(h) / N_ROWS + BATCH_NORM_EPSILON);
        const normalizedOf = (b: number, h: number) => (input[b * n + h]! - meanOf(h)) * scaleOf(h);
        expectClose(mean, meanOf);
        expectClose(scale, scaleOf);
        expectClose(runningMean, (h) => 0.9 * oldMean[h]! + 0.1 * meanOf(h));
        expectClose(runningVar, (h) => 0.9 * oldVar[h]! + (0.1 * squaresOf(h)) / (N_ROWS - 1));
        expectClose(out, (i) => gamma[i % n]! * normalizedOf(Math.floor(i / n), i % n) + beta[i % n]!);

        const [dInput, dGamma, dBeta] = [bench.output(N_ROWS * n), bench.output(n), bench.output(n)];
        bench.kernels.batchNormBackward(dInput, dGamma, dBeta, dOut, input, mean, scale, gamma, N_ROWS, n);
        const dBetaOf = (h: number) => sum(N_ROWS, (b) => dOut[b * n + h]!);
        const dGammaOf = (h: number) => sum(N_ROWS, (b) => dOut[b * n + h]! * normalizedOf(b, h));
        expectClose(dBeta, dBetaOf);
        expectClose(dGamma, dGammaOf);
        expectClose(dInput, (i) => {
          const [b, h] = [Math.floor(i / n), i % n];
          const bracket = N_ROWS * dOut[i]! - dBetaOf(h) - normalizedOf(b, h) * dGammaOf(h);
          return ((gamma[h]! * scaleOf(h)) / N_ROWS) * bracket;
        });
      });

      it("runs ReLU and dropout element by element", () => {
        const bench = new Workbench(factory);
        const { kernels } = bench;
        const [input, other] = [bench.input(n), bench.input(n)];
        const out = bench.output(n);
        kernels.reluForward(out, input, n);
        expectClose(out, (i) => Math.max(0, input[i]!));
        kernels.reluBackward(out, other, input, n);
        expectClose(out, (i) => (input[i]! > 0 ? other[i]! : 0));
        kernels.dropoutForward(out, input, other, n);
        expectClose(out, (i) => input[i]! * other[i]!);
        kernels.dropoutBackward(out, other, input, n);
        expectClose(out, (i) => input[i]! * other[i]!);
      });

      it("draws each element of a dropout mask from its own counter", () => {
        const bench = new Workbench(factory);
        const mask = bench.output(N_ROWS * n);
        bench.kernels.dropoutMask(mask, 0.4, 42, 17, 2, N_ROWS, n);
        const philox = new Philox().withKey(42, RANDOM_STREAM.dropout);
        expectClose(mask, (i) => {
          const [b, h] = [Math.floor(i / n), i % n];
          philox.generate(b, h >>> 2, 2, 17);
          return philox.words[h & 3]! < 0.4 * 2 ** 32 ? 0 : 1 / 0.6;
        });
      });

      it("steps Adam for all parameters, and for given rows without touching others", () => {
        const bench = new Workbench(factory);
        const { kernels } = bench;
        // Third step: corrections 1 - 0.9³ and 1 - 0.999³.
        const [rate, decay, l2, correction1, correction2] = [0.01, 0.002, 0.3, 1 - 0.9 ** 3, 1 - 0.999 ** 3];
        const epsilon = 0.001;
        const [weight, m, v, gradient] = [
          bench.input(4 * n),
          bench.input(4 * n),
          bench.input(4 * n),
          bench.input(2 * n),
        ];
        for (let i = 0; i < v.length; i++) v[i] = v[i]! ** 2;
        const old = [weight, m, v].map((buffer) => Float32Array.from(buffer)) as [
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        const step = (i: number, ownGradient: number, decay: number): [number, number, number] => {
          const g = ownGradient + l2 * old[0][i]!;
          const newM = 0.9 * old[1][i]! + 0.1 * g;
          const newV = 0.999 * old[2][i]! + 0.001 * g * g;
          const change = (rate * (newM / correction1)) / (Math.sqrt(newV / correction2) + epsilon);
          return [old[0][i]! * (1 - decay) - change, newM, newV];
        };
        const rows = [3, 1];
        // Slot 0 lies before the block.
        const slots = bench.indices([0, ...rows]);
        kernels.adamUpdateRows(weight, m, v, gradient, slots, rate, l2, correction1, correction2, epsilon, 1, 3, 4, n);
        const slotOf = (i: number) => rows.indexOf(Math.floor(i / n));
        [weight, m, v].forEach((buffer, which) => {
          expectClose(buffer, (i) =>
            slotOf(i) === -1 ? old[which]![i]! : step(i, gradient[slotOf(i) * n + (i % n)]!, 0)[which]!,
          );
        });

        weight.set(old[0]);
        m.set(old[1]);
        v.set(old[2]);
        kernels.adamUpdate(weight, m, v, gradient, rate, decay, l2, correction1, correction2, epsilon, 2 * n);
        [weight, m, v].forEach((buffer, which) => {
          expectClose(buffer, (i) => (i < 2 * n ? step(i, gradient[i]!, decay)[which]! : old[which]![i]!));
        });
      });

      it.each([false, true])("steps sgd for all parameters and for given rows, Nesterov's form: %s", (isNesterov) => {
        const bench = new Workbench(factory);
        const { kernels } = bench;
        const [rate, decay, momentum] = [0.1, 0.02, 0.9];
        const [weight, m, gradient] = [bench.input(4 * n), bench.input(4 * n), bench.input(2 * n)];
        const old = [weight, m].map((buffer) => Float32Array.from(buffer)) as [Float32Array, Float32Array];
        const step = (i: number, g: number, decay: number): [number, number] => {
          const newM = momentum * old[1][i]! + g;
          const direction = isNesterov ? g + momentum * newM : newM;
          return [old[0][i]! * (1 - decay) - rate * direction, newM];
        };
        const rows = [3, 1];
        // Slot 0 lies before the block.
        const slots = bench.indices([0, ...rows]);
        kernels.sgdUpdateRows(weight, m, gradient, slots, rate, momentum, isNesterov, 1, 3, 4, n);
        const slotOf = (i: number) => rows.indexOf(Math.floor(i / n));
        [weight, m].forEach((buffer, which) => {
          expectClose(buffer, (i) =>
            slotOf(i) === -1 ? old[which]![i]! : step(i, gradient[slotOf(i) * n + (i % n)]!, 0)[which]!,
          );
        });

        weight.set(old[0]);
        m.set(old[1]);
        kernels.sgdUpdate(weight, m, gradient, rate, decay, momentum, isNesterov, 2 * n);
        [weight, m].forEach((buffer, which) => {
          expectClose(buffer, (i) => (i < 2 * n ? step(i, gradient[i]!, decay)[which]! : old[which]![i]!));
        });
      });

      it("multiplies by one factor", () => {
        const bench = new Workbench(factory);
        const values = bench.input(2 * n);
        const old = Float32Array.from(values);
        bench.kernels.scale(values, 0.25, n);
        expectClose(values, (i) => old[i]! * (i < n ? 0.25 : 1));
      });
    });

    it.each([1, 16, 37])("spread %i words of a counter each over the half-width", (n) => {
      const bench = new Workbench(factory);
      const values = bench.output(n + 1);
      bench.kernels.fillUniform(values, 0.3, 5, 2, n);
      const philox = new Philox().withKey(5, RANDOM_STREAM.weights);
      for (let i = 0; i < n; i++) {
        philox.generate(i >>> 2, 2, 0, 0);
        // The same bits: the arithmetic is in double and rounded once.
        expect(values[i]).toBe(Math.fround((philox.words[i & 3]! / 2 ** 31 - 1) * 0.3));
      }
      expect(values[n]).toBeNaN();
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("find the first %d", (wrong) => {
      const bench = new Workbench(factory);
      const values = bench.input(13);
      expect(bench.kernels.findNonFinite(values, 13)).toBe(13);
      values[12] = wrong;
      expect(bench.kernels.findNonFinite(values, 13)).toBe(12);
      expect(bench.kernels.findNonFinite(values, 12)).toBe(12);
      values[5] = wrong;
      values[7] = wrong;
      expect(bench.kernels.findNonFinite(values, 13)).toBe(5);
    });

    it("leave out input values by their own counters and scale the others up", () => {
      const bench = new Workbench(factory);
      const rows = [[0, 1, 5, 6, 9], [], [2, 3, 4, 7, 8, 9], [1]];
      const kept = rows.map((row, b) =>
        row.filter((term) => {
          const philox = new Philox().withKey(42, RANDOM_STREAM.dropout);
          philox.generate(b, term >>> 2, 0, 17);
          return philox.words[term & 3]! >= 0.4 * 2 ** 32;
        }),
      );
      // Something goes and something stays.
      expect(kept.flat().length).toBeGreaterThan(0);
      expect(kept.flat().length).toBeLessThan(rows.flat().length);
      const indptr = bench.indices([0, 5, 5, 11, 12]);
      const columns = bench.indices(rows.flat());
      const values = bench.kernels.allocate(12).map((_, k) => k + 1);
      const buffer = bench.kernels.allocate(12);
      buffer.set(values);
      bench.kernels.dropInputs(indptr, columns, buffer, 0.4, 42, 17, 4);
      const nKept = kept.map((row) => row.length);
      expect([...indptr]).toEqual([0, 1, 2, 3, 4].map((end) => sum(end, (b) => nKept[b]!)));
      expect([...columns.subarray(0, indptr[4])]).toEqual(kept.flat());
      const places = rows.flatMap((row, b) => row.map((term) => kept[b]!.includes(term)));
      const expected = [...values].filter((_, k) => places[k]).map((value) => value / 0.6);
      expectClose(buffer.subarray(0, indptr[4]), (k) => expected[k]!);
    });

    it("group a batch by term, and leave the scratch array as it was", () => {
      const bench = new Workbench(factory);
      const { kernels } = bench;
      const [terms, slotIndptr, slotRows] = [
        bench.indices([0, 0, 0, 0, 0]),
        bench.indices([7, 7, 7, 7, 7, 7]),
        bench.indices([7, 7, 7, 7, 7]),
      ];
      const [values, slotValues, slotOfTerm] = [bench.input(5), bench.output(5), bench.indices([0, 0, 0, 0, 0, 0])];
      // Rows {0, 1, 5}, {} and {1, 4}.
      const [indptr, columns] = [bench.indices([0, 3, 3, 5]), bench.indices([0, 1, 5, 1, 4])];
      const group = (nTerms: number) =>
        kernels.groupByTerm(terms, slotIndptr, slotRows, slotValues, slotOfTerm, indptr, columns, values, 3, nTerms);
      expect(group(6)).toBe(4);
      expect([...terms.subarray(0, 4)]).toEqual([0, 1, 5, 4]);
      expect([...slotIndptr.subarray(0, 5)]).toEqual([0, 1, 3, 4, 5]);
      expect([...slotRows]).toEqual([0, 0, 2, 0, 2]);
      expect([...slotValues]).toEqual([values[0], values[1], values[3], values[2], values[4]]);
      expect([...slotOfTerm]).toEqual([0, 0, 0, 0, 0, 0]);
      expect(() => group(5)).toThrow(/^Bug: an index must be below 5/);
      expect([...slotOfTerm]).toEqual([0, 0, 0, 0, 0, 0]);
    });

    it("refuse columns, rows and labels outside their arrays", () => {
      const bench = new Workbench(factory);
      const { kernels } = bench;
      const [indptr, two, one] = [bench.indices([0, 1]), bench.indices([2]), bench.input(1)];
      const [weight, moment, out] = [bench.input(2), bench.input(2), bench.input(2)];
      const message = /^Bug: an index must be below 2/;
      expect(() => kernels.sparseLinearForward(out, indptr, two, one, weight, one, 1, 1, 2, 1)).toThrow(message);
      expect(() => kernels.sparseLinearBackward(out, out, indptr, two, one, 0, 1, 2, 1)).toThrow(message);
      expect(() => kernels.adamUpdateRows(weight, moment, moment, one, two, 1, 0, 1, 1, 1, 0, 1, 2, 1)).toThrow(
        message,
      );
      expect(() => kernels.sgdUpdateRows(weight, moment, one, two, 1, 0, false, 0, 1, 2, 1)).toThrow(message);
      const [doubles, zero] = [kernels.allocateDoubles(4), bench.indices([0, 0])];
      const descend = (documents: Uint32Array, columns: Uint32Array): void => {
        const [d, z] = [doubles, zero];
        kernels.descendDual(d, d, d, d, d, d, d, z, documents, z, d, indptr, columns, one, 0, 1, 2, 2, 2);
      };
      expect(() => descend(zero, zero)).not.toThrow();
      expect(() => descend(zero, two)).toThrow(message);
      expect(() => descend(two, zero)).toThrow(message);
      expect(() => kernels.softmaxCrossEntropyForward(out, out, two, weight, 0, 1, 2)).toThrow(message);
      expect(() => kernels.softmaxCrossEntropyBackward(out, out, two, weight, 0, 1, 2)).toThrow(message);
    });

    describe.each([2, 4, 6, 8])("with %i separators", (S) => {
      // Rows of 2, 0, 3 and 1 values over 5 terms, of 6 documents; labels 9 and 10 are beyond the group that begins with 1.
      const INDPTR = [0, 2, 2, 5, 6];
      const COLUMNS = [0, 3, 1, 3, 4, 0];
      const DOCUMENTS = [4, 0, 2, 5];
      const LABELS = [1, 2, 10, 0];
      const [N_DOCUMENTS, N_TERMS, FIRST_LABEL] = [6, 5, 1];

      it("step each in the dual, bit for bit", () => {
        const bench = new Workbench(factory);
        const { kernels } = bench;
        const numbers = new Numbers();
        const doubles = (n: number, make: (x: number) => number): Float64Array =>
          kernels.allocateDoubles(n).map(() => make(numbers.next()));
        const own = (values: Float64Array): Float64Array => {
          const buffer = kernels.allocateDoubles(values.length);
          buffer.set(values);
          return buffer;
        };
        const weights = own(doubles(N_TERMS * S, (x) => x));
        const ratios = own(doubles(N_TERMS * S, (x) => 1 + x));
        // A half of alpha is at the bound.
        const alpha = own(doubles(N_DOCUMENTS * S, (x) => Math.max(0, x)));
        const [bias, furthest] = [own(doubles(S, (x) => x)), own(doubles(S, () => 0.3))];
        const [within, without] = [own(doubles(S, (x) => 2 + x)), own(doubles(S, (x) => 3 + x))];
        const sampleWeights = own(Float64Array.of(1, 0.3, 0.7, 2));
        const isActive = bench.indices(Array.from({ length: S }, (_, s) => (s === 1 ? 0 : 1)));
        const values = bench.input(6);
        const expected = { weights, bias, alpha, furthest };
        const before = Object.fromEntries(Object.entries(expected).map(([name, array]) => [name, array.slice()]));
        const run = (): void =>
          kernels.descendDual(
            weights,
            bias,
            alpha,
            furthest,
            ratios,
            within,
            without,
            isActive,
            bench.indices(DOCUMENTS),
            bench.indices(LABELS),
            sampleWeights,
            bench.indices(INDPTR),
            bench.indices(COLUMNS),
            values,
            FIRST_LABEL,
            4,
            N_DOCUMENTS,
            N_TERMS,
            S,
          );
        run();
        const w = before["weights"]!;
        let [nSteps, nHeld] = [0, 0];
        for (let s = 0; s < S; s++) {
          if (isActive[s] === 0) continue;
          for (let b = 0; b < 4; b++) {
            const places = Array.from({ length: INDPTR[b + 1]! - INDPTR[b]! }, (_, i) => INDPTR[b]! + i);
            const [y, ofSide] = LABELS[b] === FIRST_LABEL + s ? [1, within[s]!] : [-1, without[s]!];
            const slack = ofSide / sampleWeights[b]!;
            const at = (k: number): number => COLUMNS[k]! * S + s;
            const decision = places.reduce((total, k) => total + w[at(k)]! * values[k]!, before["bias"]![s]!);
            const q = places.reduce((total, k) => total + ratios[at(k)]! * values[k]! * values[k]!, 1);
            const place = DOCUMENTS[b]! * S + s;
            const old = before["alpha"]![place]!;
            const g = y * decision - 1 + old * slack;
            if (old === 0 && g >= 0) {
              nHeld++;
              continue;
            }
            nSteps++;
            before["furthest"]![s] = Math.max(before["furthest"]![s]!, Math.abs(g));
            const alphaAfter = Math.max(0, old - g / (q + slack));
            before["alpha"]![place] = alphaAfter;
            const d = (alphaAfter - old) * y;
            before["bias"]![s]! += d;
            for (const k of places) w[at(k)]! += d * ratios[at(k)]! * values[k]!;
          }
        }
        expect(nSteps).toBeGreaterThan(nHeld);
        for (const [name, array] of Object.entries(expected)) expect([...array], name).toEqual([...before[name]!]);
      });
    });

    it("leave a document alone that is beyond the margin, and stop at the bound", () => {
      const bench = new Workbench(factory);
      const { kernels } = bench;
      const [weights, alpha, furthest] = [2, 2, 2].map((n) => kernels.allocateDoubles(n));
      const [bias, ones] = [kernels.allocateDoubles(2), kernels.allocateDoubles(2).fill(1)];
      const [zero, value] = [bench.indices([0]), kernels.allocate(1).fill(1)];
      const both = bench.indices([1, 1]);
      const indptr = bench.indices([0, 1]);
      const run = (): void =>
        kernels.descendDual(
          weights!,
          bias,
          alpha!,
          furthest!,
          ones,
          ones,
          ones,
          both,
          zero,
          zero,
          ones,
          indptr,
          zero,
          value,
          0,
          1,
          1,
          1,
          2,
        );
      // A document of label 0 whose one term has the weight 2, and -2 for the other label: G = 2 - 1 for both.
      weights!.set([2, -2]);
      run();
      expect([weights, alpha, furthest].map((array) => [...array!])).toEqual([
        [2, -2],
        [0, 0],
        [0, 0],
      ]);
      // With alpha 1 / 4, G = 5 / 4 and Q + D = 2 + 1: 1 / 4 - 5 / 12 is below 0, so 1 / 4 is taken back, y = 1.
      alpha![0] = 0.25;
      run();
      expect([weights, bias, alpha, furthest].map((array) => [...array!])).toEqual([
        [1.75, -2],
        [-0.25, 0],
        [0, 0],
        [1.25, 0],
      ]);
    });

    it("let NaN through ReLU, so that the loss shows it", () => {
      const { kernels } = new Workbench(factory);
      const buffer = kernels.allocate(5).fill(Number.NaN);
      kernels.reluForward(buffer, buffer, 5);
      expect([...buffer]).toEqual(new Array(5).fill(Number.NaN));
    });

    it("drop the given share of units", () => {
      const { kernels } = new Workbench(factory);
      const mask = kernels.allocate(10_000);
      kernels.dropoutMask(mask, 0.3, 1, 1, 1, 100, 100);
      const nDropped = mask.filter((value) => value === 0).length;
      // 3000 expected, standard deviation √(10000 · 0.3 · 0.7) = 46; four of them.
      expect(Math.abs(nDropped - 3000)).toBeLessThan(184);
    });

    it.each([2, 3, 4, 7])("turn logits of %i labels into probabilities and a loss", (nLabels) => {
      const bench = new Workbench(factory);
      const { kernels } = bench;
      const logits = bench.input(N_ROWS * nLabels);
      for (let i = 0; i < logits.length; i++) logits[i] = logits[i]! * 5;
      const labelWeights = bench.input(nLabels);
      for (let c = 0; c < nLabels; c++) labelWeights[c] = labelWeights[c]! + 1.5;
      const labels = bench.indices(Array.from({ length: N_ROWS }, (_, b) => (b * 5) % nLabels));
      const smoothing = 0.1;
      const probabilityOf = (b: number, c: number) =>
        Math.exp(logits[b * nLabels + c]!) / sum(nLabels, (k) => Math.exp(logits[b * nLabels + k]!));
      const weightOf = (b: number) => labelWeights[labels[b]!]!;
      const batchWeight = sum(N_ROWS, weightOf);

      const probabilities = bench.output(N_ROWS * nLabels);
      const loss = kernels.softmaxCrossEntropyForward(
        probabilities,
        logits,
        labels,
        labelWeights,
        smoothing,
        N_ROWS,
        nLabels,
      );
      expectClose(probabilities, (i) => probabilityOf(Math.floor(i / nLabels), i % nLabels));
      const rowLoss = (b: number) =>
        -(1 - smoothing) * weightOf(b) * Math.log(probabilityOf(b, labels[b]!)) -
        (smoothing / nLabels) * sum(nLabels, (c) => labelWeights[c]! * Math.log(probabilityOf(b, c)));
      expectClose(Float32Array.of(loss), () => sum(N_ROWS, rowLoss) / batchWeight);

      const dLogits = bench.output(N_ROWS * nLabels);
      kernels.softmaxCrossEntropyBackward(dLogits, probabilities, labels, labelWeights, smoothing, N_ROWS, nLabels);
      expectClose(dLogits, (i) => {
        const [b, c] = [Math.floor(i / nLabels), i % nLabels];
        const p = probabilityOf(b, c);
        const labelPart = (1 - smoothing) * weightOf(b) * (p - (c === labels[b] ? 1 : 0));
        const smoothPart = (smoothing / nLabels) * (p * sum(nLabels, (k) => labelWeights[k]!) - labelWeights[c]!);
        return (labelPart + smoothPart) / batchWeight;
      });
    });

    it.each([2, 3, 4, 7])("turn logits and targets of %i labels into probabilities and a loss", (nLabels) => {
      const bench = new Workbench(factory);
      const { kernels } = bench;
      const logits = bench.input(N_ROWS * nLabels);
      for (let i = 0; i < logits.length; i++) logits[i] = logits[i]! * 5;
      const targets = bench.input(N_ROWS * nLabels);
      for (let b = 0; b < N_ROWS; b++) {
        const row = targets.subarray(b * nLabels, (b + 1) * nLabels);
        const total = sum(nLabels, (c) => Math.exp(row[c]!));
        for (let c = 0; c < nLabels; c++) row[c] = Math.exp(row[c]!) / total;
      }
      const probabilityOf = (b: number, c: number) =>
        Math.exp(logits[b * nLabels + c]!) / sum(nLabels, (k) => Math.exp(logits[b * nLabels + k]!));

      const probabilities = bench.output(N_ROWS * nLabels);
      const loss = kernels.softTargetCrossEntropyForward(probabilities, logits, targets, N_ROWS, nLabels);
      expectClose(probabilities, (i) => probabilityOf(Math.floor(i / nLabels), i % nLabels));
      const rowLoss = (b: number) => -sum(nLabels, (c) => targets[b * nLabels + c]! * Math.log(probabilityOf(b, c)));
      expectClose(Float32Array.of(loss), () => sum(N_ROWS, rowLoss) / N_ROWS);

      const dLogits = bench.output(N_ROWS * nLabels);
      kernels.softTargetCrossEntropyBackward(dLogits, probabilities, targets, N_ROWS, nLabels);
      expectClose(dLogits, (i) => (probabilityOf(Math.floor(i / nLabels), i % nLabels) - targets[i]!) / N_ROWS);
    });

    it("give the loss of logits whose exp would overflow", () => {
      const bench = new Workbench(factory);
      const logits = bench.kernels.allocate(2);
      logits.set([1000, 0]);
      const labelWeights = bench.kernels.allocate(2).fill(1);
      const probabilities = bench.output(2);
      // -ln(e^0 / (e^1000 + e^0)) = 1000
      const loss = bench.kernels.softmaxCrossEntropyForward(
        probabilities,
        logits,
        bench.indices([1]),
        labelWeights,
        0,
        1,
        2,
      );
      expect(loss).toBeCloseTo(1000, 3);
      const targets = bench.kernels.allocate(2);
      targets.set([0.25, 0.75]);
      // 0.25 · 0 + 0.75 · 1000
      const soft = bench.kernels.softTargetCrossEntropyForward(probabilities, logits, targets, 1, 2);
      expect(soft).toBeCloseTo(750, 3);
      expect([...probabilities]).toEqual([1, 0]);
    });

    it("give a loss that is not finite for a logit that is not a number", () => {
      const bench = new Workbench(factory);
      const logits = bench.kernels.allocate(2);
      logits.set([Number.NaN, 0]);
      const labelWeights = bench.kernels.allocate(2).fill(1);
      const labels = bench.indices([1]);
      const loss = bench.kernels.softmaxCrossEntropyForward(bench.output(2), logits, labels, labelWeights, 0, 1, 2);
      expect(loss).toBeNaN();
    });
  });
}
