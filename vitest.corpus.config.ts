import { defineConfig } from "vitest/config";

/** Tests that read the shared measuring data in ../shared; they fail where it is missing. */
export default defineConfig({
  test: { include: ["tests/corpus/**/*.test.ts"], testTimeout: 600_000, hookTimeout: 600_000 },
});
