import { readFileSync } from "node:fs";
import path from "node:path";
import { describe } from "vitest";
import { ReferenceNumbering } from "../../src/features/reference-numbering.js";
import { createWasmNumbering } from "../../src/kernels/wasm-numbering.js";
import { describeNumberingKernel } from "./numbering.js";

const ROOT = path.resolve(import.meta.dirname, "../..");

describeNumberingKernel("reference", (ranges) => new ReferenceNumbering(ranges));

describe.each([
  ["release", "assets/numbering.wasm"],
  ["debug", "build/assembly/numbering.debug.wasm"],
])("%s build", (_, file) => {
  describeNumberingKernel("wasm", createWasmNumbering(readFileSync(path.join(ROOT, file))));
});
