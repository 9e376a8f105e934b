import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { loadTfjs } from "../../../src/backends/tfjs/load.js";
import type { TensorFlow } from "../../../src/backends/tfjs/tensorflow.js";
import { errorOf } from "../io/streams.js";

const tf = createRequire(import.meta.url)("@tensorflow/tfjs") as TensorFlow;
const WASM = "@tensorflow/tfjs-backend-wasm";

/** Loads these packages; any other is missing. */
function installed(packages: Readonly<Record<string, () => unknown>>): (name: string) => Promise<unknown> {
  return async (name) => {
    const load = packages[name];
    if (load === undefined) throw new Error(`Cannot find package '${name}'\nimported from here`);
    return load();
  };
}

describe("loadTfjs", () => {
  it("takes the WebAssembly backend where tfjs-node is missing, and says why", async () => {
    const choice = await loadTfjs(installed({ "@tensorflow/tfjs": () => tf, [WASM]: () => import(WASM) }));
    expect(choice.backend.name).toBe("@tensorflow/tfjs-backend-wasm 4.22.0, wasm backend");
    expect(choice.unusable).toEqual([
      { name: "@tensorflow/tfjs-node", reason: "Cannot find package '@tensorflow/tfjs-node'" },
    ]);
    expect(tf.getBackend()).toBe("wasm");
  });

  it("takes plain JavaScript where there is nothing else", async () => {
    const choice = await loadTfjs(installed({ "@tensorflow/tfjs": () => ({ default: tf }) }));
    expect(choice.backend.name).toBe("@tensorflow/tfjs 4.22.0, cpu backend");
    expect(choice.unusable.map(({ name }) => name)).toEqual(["@tensorflow/tfjs-node", WASM]);
    expect(tf.getBackend()).toBe("cpu");
  });

  it("passes over a package that loads but whose calls are broken, as those of tfjs-node on Node 23", async () => {
    const broken = Object.create(tf, {
      setBackend: { value: async () => true },
      matMul: {
        value: () => {
          throw new TypeError("util_1.isNullOrUndefined is not a function");
        },
      },
    });
    const choice = await loadTfjs(installed({ "@tensorflow/tfjs-node": () => broken, "@tensorflow/tfjs": () => tf }));
    expect(choice.unusable[0]).toEqual({
      name: "@tensorflow/tfjs-node",
      reason: "util_1.isNullOrUndefined is not a function",
    });
    expect(choice.backend.name).toContain("cpu");
  });

  it("passes over a package that computes something else", async () => {
    const wrong = Object.create(tf, { setBackend: { value: async () => true }, relu: { value: tf.elu } });
    const choice = await loadTfjs(installed({ "@tensorflow/tfjs-node": () => wrong, "@tensorflow/tfjs": () => tf }));
    expect(choice.unusable[0]!.reason).toMatch(/^step 1 has a loss of [\d.]+, not [\d.]+$/);
  });

  it("throws a KernelError that says what to install where there is none", async () => {
    const error = await errorOf(loadTfjs(installed({})));
    expect(error).toMatchObject({ name: "KernelError", code: "KERNEL_UNAVAILABLE" });
    expect(String(error)).toContain("install it with: npm install @tensorflow/tfjs");
  });
});
