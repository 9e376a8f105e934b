import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderPageScript } from "../../../tools/page-script.js";

describe("src/html/page-script.ts", () => {
  it("is browser/page.ts made small; renew it with: npm run build:page-script", async () => {
    const file = readFileSync(new URL("../../../src/html/page-script.ts", import.meta.url), "utf8");
    expect(file).toBe(await renderPageScript());
  });
});
