import { defineConfig } from "vitest/config";
import { alias } from "./vitest.alias.js";

/** Tests that drive a real browser: Chromium, at the path in NEWSCLF_CHROMIUM or /usr/bin/chromium. */
export default defineConfig({
  resolve: { alias },
  test: { include: ["tests/browser/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
