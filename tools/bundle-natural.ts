/**
 * Bundles the Porter stemmer and the English stop words of npm `natural` into assets/natural.js, an ES module without
 * imports. `npm run build` runs it.
 *
 * Only the files themselves are read: natural's index prints to stdout and loads database clients.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild-wasm";

const ENTRY = `
import stemmer from "natural/lib/natural/stemmers/porter_stemmer.js";
import stopWords from "natural/lib/natural/util/stopwords.js";
export const PorterStemmer = stemmer;
export const englishStopWords = stopWords.words;
`;

/** Folder that holds node_modules/natural. */
function resolveRoot(): string {
  const file = createRequire(import.meta.url).resolve("natural/package.json");
  return path.resolve(path.dirname(file), "../..");
}

/** Returns the text of the module; the same for the same version of natural and esbuild. */
export async function renderNaturalBundle(): Promise<string> {
  const root = resolveRoot();
  const folder = path.join(root, "node_modules/natural");
  const { version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as { version: string };
  const licence = await readFile(path.join(folder, "LICENSE.txt"), "utf8");
  const result = await build({
    stdin: { contents: ENTRY, resolveDir: root, sourcefile: "natural-entry.js" },
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "node20.19",
    banner: { js: `/*!\nParts of natural ${version}, https://github.com/NaturalNode/natural\n\n${licence.trim()}\n*/` },
    legalComments: "inline",
    write: false,
    logLevel: "silent",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error("Bug: esbuild gave no output");
  return output.text;
}

/** Writes the bundle to `natural.js` in the folder, which is made when missing. */
export async function bundleNatural(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "natural.js"), await renderNaturalBundle());
}
