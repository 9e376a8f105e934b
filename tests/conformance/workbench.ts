/** Buffers of numbers for the suites of the kernels, and how near a result must be. */
import { expect } from "vitest";
import type { MlpKernelFactory, MlpKernels } from "../../src/kernels/mlp.js";
import { Philox } from "../../src/kernels/random.js";

/** float32 has 6e-8; the sums here are of a dozen numbers of size 1, added in any order and precision. */
const ABSOLUTE_TOLERANCE = 2e-6;
const RELATIVE_TOLERANCE = 2e-6;
const CAPACITY_BYTES = 1 << 20;
/** Numbers in [-1, 1), the same on every run. */
export class Numbers {
  readonly #philox = new Philox().withKey(5, 77);
  #counter = 0;

  next(): number {
    this.#philox.generate(this.#counter++, 0, 0, 0);
    return this.#philox.words[0]! / 2 ** 31 - 1;
  }

  fill(buffer: Float32Array): Float32Array {
    for (let i = 0; i < buffer.length; i++) buffer[i] = this.next();
    return buffer;
  }
}

export function expectClose(actual: Float32Array, expected: (i: number) => number): void {
  for (let i = 0; i < actual.length; i++) {
    const e = expected(i);
    const allowed = ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.abs(e);
    expect(Math.abs(actual[i]! - e), `[${i}]: ${actual[i]} against ${e}`).toBeLessThanOrEqual(allowed);
  }
}

export function sum(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}

export class Workbench {
  readonly kernels: MlpKernels;
  readonly #numbers = new Numbers();

  constructor(factory: MlpKernelFactory) {
    this.kernels = factory(CAPACITY_BYTES);
  }

  /** Buffer of n numbers in [-1, 1). */
  input(n: number): Float32Array {
    return this.#numbers.fill(this.kernels.allocate(n));
  }

  /** Buffer of NaN: what a kernel does not overwrite, or adds to, shows. */
  output(n: number): Float32Array {
    return this.kernels.allocate(n).fill(Number.NaN);
  }

  indices(values: readonly number[]): Uint32Array {
    const buffer = this.kernels.allocateIndices(values.length);
    buffer.set(values);
    return buffer;
  }
}
