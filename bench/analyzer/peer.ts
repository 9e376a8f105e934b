/**
 * One analyzer in a process of its own, for peers.ts: answers each line on stdin with a pass over all texts.
 *
 *   node build/bench/analyzer/peer.js NAME FOLDER_OF_PACKAGES TEXTS.json TOKENS.json
 *
 * Prints {loadMs, loadBytes} first, then {elapsedMs, nTokens} for each line; the first pass writes [surface, tag], and the
 * start where there is one, of all tokens, by text, to TOKENS.json.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

type Tokens = readonly (readonly [surface: string, tag: string, start?: number])[];
type Analyze = (text: string) => Tokens;

const [name, folder, textsFile, tokensFile] = process.argv.slice(2) as [string, string, string, string];
const require = createRequire(path.join(folder, "package.json"));

/** Loads an ES module of the folder; its shape is what the package documents. */
async function load<T>(specifier: string): Promise<T> {
  return (await import(pathToFileURL(require.resolve(specifier)).href)) as T;
}

const LOADERS: Readonly<Record<string, () => Promise<Analyze>>> = {
  newsclf: async () => {
    const { loadDefaultTokenizer } = (await import(pathToFileURL(path.resolve("dist/io/assets.js")).href)) as {
      loadDefaultTokenizer(): Promise<{
        tokenize(text: string): readonly { surface: string; tag: string; start: number }[];
      }>;
    };
    const tokenizer = await loadDefaultTokenizer();
    return (text) => tokenizer.tokenize(text).map(({ surface, tag, start }) => [surface, tag, start] as const);
  },
  "kuromoji-ko": async () => {
    const { default: kuromoji } = await load<{
      default: {
        builder(options: { dicPath: string }): {
          build(): Promise<{ tokenize(text: string): { surface_form: string; pos: string; word_position: number }[] }>;
        };
      };
    }>("kuromoji-ko");
    const dicPath = path.join(folder, "node_modules/kuromoji-ko/dict");
    const tokenizer = await kuromoji.builder({ dicPath }).build();
    // White space is a token there, and a comma has neither surface nor tag: its dictionary was split at commas.
    return (text) =>
      tokenizer
        .tokenize(text)
        .filter(({ surface_form }) => surface_form === "" || surface_form.trim() !== "")
        .map(({ surface_form, pos, word_position }) =>
          surface_form === ""
            ? ([",", "SC", word_position - 1] as const)
            : ([surface_form, pos, word_position - 1] as const),
        );
  },
  "lindera-wasm": async () => {
    interface Builder {
      setDictionary(uri: string): void;
      setMode(mode: string): void;
      build(): { tokenize(text: string): { surface: string; partOfSpeechTag?: string; details?: string[] }[] };
    }
    const { TokenizerBuilder } = require("lindera-wasm-nodejs-cjk") as { TokenizerBuilder: new () => Builder };
    const builder = new TokenizerBuilder();
    builder.setDictionary("embedded://ko-dic");
    builder.setMode("normal");
    const tokenizer = builder.build();
    return (text) =>
      tokenizer
        .tokenize(text)
        .map((token) => [token.surface, token.partOfSpeechTag ?? token.details?.[0] ?? "UNK"] as const);
  },
  "garu-ko": async () => {
    const { Garu } = await load<{
      Garu: { load(): Promise<{ analyze(text: string): { tokens: { text: string; pos: string }[] } }> };
    }>("garu-ko");
    const garu = await Garu.load();
    return (text) => garu.analyze(text).tokens.map(({ text: surface, pos }) => [surface, pos] as const);
  },
};

const texts = JSON.parse(readFileSync(textsFile, "utf8")) as string[];
const before = process.memoryUsage().rss;
const start = performance.now();
const loader = LOADERS[name];
if (loader === undefined) throw new Error(`${name} is none of ${Object.keys(LOADERS).join(", ")}`);
const analyze = await loader();
analyze("");
console.log(JSON.stringify({ loadMs: performance.now() - start, loadBytes: process.memoryUsage().rss - before }));

let isFirst = true;
for await (const _ of createInterface({ input: process.stdin })) {
  const passStart = performance.now();
  let nTokens = 0;
  const all: Tokens[] = [];
  for (const text of texts) {
    const tokens = analyze(text);
    nTokens += tokens.length;
    if (isFirst) all.push(tokens);
  }
  console.log(JSON.stringify({ elapsedMs: performance.now() - passStart, nTokens }));
  if (isFirst) writeFileSync(tokensFile, JSON.stringify(all));
  isFirst = false;
}
