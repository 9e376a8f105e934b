import { defineConfig } from "vitest/config";
import { alias } from "./vitest.alias.js";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/corpus/**", "tests/browser/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
