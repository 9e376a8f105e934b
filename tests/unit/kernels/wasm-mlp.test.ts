/// <reference path="../../../src/kernels/webassembly.d.ts" />

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createWasmMlp } from "../../../src/kernels/wasm-mlp.js";

const MODULE = readFileSync(path.resolve(import.meta.dirname, "../../../assets/mlp.wasm"));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("createWasmMlp", () => {
  it("says that a runtime has no WebAssembly", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(() => createWasmMlp(MODULE)).toThrow(
      expect.objectContaining({ name: "KernelError", code: "KERNEL_UNAVAILABLE" }),
    );
  });

  it("says that a runtime cannot compile the module, with the engine's reason as cause", () => {
    const broken = Uint8Array.from(MODULE);
    // The magic number, then a version that no engine knows.
    broken[4] = 99;
    expect(() => createWasmMlp(broken)).toThrow(
      expect.objectContaining({ code: "KERNEL_UNAVAILABLE", cause: expect.any(WebAssembly.CompileError) }),
    );
  });

  it("needs no function of the runtime, so that no result can depend on one", () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(MODULE));
    expect(imports).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  });

  it("refuses more than 32-bit addresses reach", () => {
    expect(() => createWasmMlp(MODULE)(2 ** 32)).toThrow(
      expect.objectContaining({ code: "KERNEL_MEMORY", message: expect.stringContaining("more than 4096 MiB") }),
    );
  });

  it("says that the runtime cannot give the memory", () => {
    const Memory = class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    };
    vi.stubGlobal("WebAssembly", {
      Memory,
      Module: WebAssembly.Module,
      Instance: WebAssembly.Instance,
    });
    expect(() => createWasmMlp(MODULE)(2 ** 20)).toThrow(
      expect.objectContaining({ code: "KERNEL_MEMORY", cause: expect.any(RangeError) }),
    );
  });

  it("refuses buffers of other kernels and buffers that are too short", () => {
    const create = createWasmMlp(MODULE);
    const kernels = create(64);
    const own = kernels.allocate(4);
    expect(() => kernels.reluForward(own, create(64).allocate(4), 4)).toThrow("Bug: a buffer of other kernels");
    expect(() => kernels.reluForward(own, new Float32Array(4), 4)).toThrow("Bug: a buffer of other kernels");
    expect(() => kernels.reluForward(own, own, 5)).toThrow("Bug: a buffer must have 5 elements; got 4");
  });
});
