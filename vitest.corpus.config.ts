import { defineConfig } from "vitest/config";
import { alias } from "./vitest.alias.js";

/** Tests that read the shared measuring data in ../shared; they fail where it is missing. */
export default defineConfig({
  resolve: { alias },
  test: { include: ["tests/corpus/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 600_000 },
});
