import { readFile } from "node:fs/promises";
import { transform } from "esbuild-wasm";

/** Returns the text of src/html/page-script.ts: browser/page.ts as small JavaScript in a string. */
export async function renderPageScript(): Promise<string> {
  const { code } = await transform(await readFile("browser/page.ts", "utf8"), {
    loader: "ts",
    format: "iife",
    minify: true,
    target: "es2022",
    charset: "utf8",
  });
  // A "</script" would end the element early; JSON leaves it alone.
  if (/<\/script|<!--/i.test(code)) throw new Error("Bug: the page's script cannot stand inside a script element");
  return `/** browser/page.ts made small. Renew it with: npm run build:page-script */
export const PAGE_SCRIPT =
  ${JSON.stringify(code.trim())};
`;
}
