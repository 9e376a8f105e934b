/// <reference path="../../src/kernels/webassembly.d.ts" />

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { MlpKernelFactory } from "../../src/kernels/mlp.js";
import { attachMlp, createWasmMlp, shareMlpMemory } from "../../src/kernels/wasm-mlp.js";
import { describeMlpKernels } from "./kernels.js";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** The kernels of the second of two threads. */
function createSharedMlp(moduleBytes: Uint8Array): MlpKernelFactory {
  return (capacityBytes) => attachMlp(shareMlpMemory(moduleBytes, capacityBytes, 2), 1);
}

describe.each([
  ["release", "assets/mlp.wasm", createWasmMlp],
  ["debug", "build/assembly/mlp.debug.wasm", createWasmMlp],
  ["shared release", "assets/mlp-shared.wasm", createSharedMlp],
  ["shared debug", "build/assembly/mlp-shared.debug.wasm", createSharedMlp],
])("%s build", (_, file, createFactory) => {
  const nCalls = new Map<string, number>();
  const Instance = WebAssembly.Instance;

  /** Instances whose functions count their calls. */
  class CountingInstance {
    readonly exports: unknown;

    constructor(...given: ConstructorParameters<typeof Instance>) {
      const { exports } = new Instance(...given);
      this.exports = Object.fromEntries(
        Object.entries(exports as object).map(([name, value]) => {
          if (typeof value !== "function") return [name, value];
          nCalls.set(name, nCalls.get(name) ?? 0);
          return [
            name,
            (...values: unknown[]) => {
              nCalls.set(name, (nCalls.get(name) ?? 0) + 1);
              return value(...values);
            },
          ];
        }),
      );
    }
  }

  let create: MlpKernelFactory;
  beforeAll(() => {
    vi.spyOn(WebAssembly, "Instance").mockImplementation(CountingInstance as never);
    create = createFactory(readFileSync(path.join(ROOT, file)));
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  describeMlpKernels("wasm", (capacityBytes) => create(capacityBytes));

  it("has run every function of the module", () => {
    const unused = [...nCalls].filter(([, n]) => n === 0).map(([name]) => name);
    expect(nCalls.size).toBeGreaterThan(20);
    expect(unused).toEqual([]);
  });
});
