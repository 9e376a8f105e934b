import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** Each entry of src/ imports only from entries above it in this list. */
const ENTRIES = [
  "errors.ts",
  "json.ts",
  "sha-256.ts",
  "options",
  "text",
  "html",
  "kernels",
  "morph",
  "features",
  "nn",
  "backends",
  "stratified-split.ts",
  "near-duplicates.ts",
  "folds.ts",
  "model-file",
  "exports",
  "no-assets.ts",
  "document-terms.ts",
  "document-rows.ts",
  "explanation",
  "classifier.ts",
  "classify.ts",
  "training",
  "train.ts",
  "evaluation",
  "comparison",
  "cross-validation.ts",
  "tuning",
  "doctor",
  "compress.ts",
  "prior-shift.ts",
  "index.ts",
  "io",
  "cli",
];

/** The parts that must also run outside Node. */
const PURE = ENTRIES.slice(0, ENTRIES.indexOf("io"));

const SOURCE = path.resolve(import.meta.dirname, "../src");

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function entryOf(relativePath: string): string {
  return relativePath.split(path.sep)[0] as string;
}

/** Files of src/ that are loaded before a file runs, the file itself included; types and dynamic imports are not. */
function loadedWith(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const text = readFileSync(path.join(SOURCE, file), "utf8");
  for (const [, what = "", specifier = ""] of text.matchAll(/^(?:import|export) ([^"';]*?)from "(\.[^"]+)"/gm)) {
    const isTypes = /^type\b/.test(what) || /^\{(?:\s*type \w+,?)+\s*\} $/.test(what);
    if (!isTypes) loadedWith(path.join(path.dirname(file), specifier).replace(/\.js$/, ".ts"), loaded);
  }
  return loaded;
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SOURCE, file), "utf8");
  const specifiers = text.matchAll(
    /^\s*(?:import|export)[^"';]*?from\s+"([^"]+)"|import\("([^"]+)"\)|^import\s+"([^"]+)"/gm,
  );
  return [...specifiers].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}

describe("architecture", () => {
  it("lists every entry of src", () => {
    expect([...new Set(files.map(entryOf))].sort()).toEqual([...ENTRIES].sort());
  });

  it.each(files)("%s imports only from entries above its own", (file) => {
    const own = ENTRIES.indexOf(entryOf(file));
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) continue;
      const target = path.relative(SOURCE, path.resolve(SOURCE, path.dirname(file), specifier));
      const entry = entryOf(target.replace(/\.js$/, ".ts"));
      expect(ENTRIES.indexOf(entry), `${file} imports ${specifier}`).toBeGreaterThanOrEqual(0);
      expect(ENTRIES.indexOf(entry), `${file} imports ${specifier}`).toBeLessThanOrEqual(own);
    }
  });

  it.each(files.filter((file) => entryOf(file) === "cli"))(
    "%s loads no analyzer, network or report before it runs",
    (file) => {
      const heavy = ["kernels/wasm-mlp.ts", "kernels/wasm-viterbi.ts", "text/clean-text.ts", "evaluation/index.ts"];
      const loaded = loadedWith(file);
      expect(heavy.filter((each) => loaded.has(path.normalize(each)))).toEqual([]);
    },
  );

  it.each(files.filter((file) => PURE.includes(entryOf(file))))("%s uses no module of Node", (file) => {
    expect(importsOf(file).filter((specifier) => specifier.startsWith("node:"))).toEqual([]);
  });

  it.each(files.filter((file) => entryOf(file) !== "io" && entryOf(file) !== "cli"))(
    "%s does not print or exit",
    (file) => {
      const code = readFileSync(path.join(SOURCE, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
      expect(code).not.toMatch(/\bconsole\.|\bprocess\./);
    },
  );
});
