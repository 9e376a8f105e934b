import { readFileSync } from "node:fs";
import path from "node:path";
import { describe } from "vitest";
import { ReferenceTerms } from "../../src/features/reference-terms.js";
import { Vocabulary } from "../../src/features/vocabulary.js";
import { createWasmTerms } from "../../src/kernels/wasm-terms.js";
import { describeTermKernel } from "./terms.js";

const ROOT = path.resolve(import.meta.dirname, "../..");

describeTermKernel(
  "reference",
  (terms, weights, ranges) => new ReferenceTerms(Vocabulary.fromUnits(terms), weights, ranges),
);

describe.each([
  ["release", "assets/terms.wasm"],
  ["debug", "build/assembly/terms.debug.wasm"],
])("%s build", (_, file) => {
  describeTermKernel("wasm", createWasmTerms(readFileSync(path.join(ROOT, file))));
});
