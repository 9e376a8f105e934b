/**
 * Runs what the READMEs show. After a change that alters an output on purpose, renew the pages with
 *
 *   npx vitest run tests/unit/readme.test.ts --update
 *
 * and read the difference. Blocks: `csv NAME` is written to a file, `console` is run command by command, `js` is run and
 * prints what the `text` block below it shows. A line "…" leaves out lines. Other languages are for reading only.
 */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.js";
import { findArticleColumns } from "../../src/io/columns.js";
import { fromFile } from "../../src/io/model-source.js";
import { abridge, type Block, parseBlocks, parseSteps, replaceBlocks, splitWords } from "./readme-blocks.js";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PAGES = ["README.md", "README.ko.md"] as const;
const LINKED_PAGES = [...PAGES, "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/options.md"];
const VERBS = [
  "train",
  "evaluate",
  "crossval",
  "tune",
  "classify",
  "tokenize",
  "clean",
  "doctor",
  "explain",
  "inspect",
  "compare",
  "export",
  "convert",
  "compress",
];
/** Flags of npm and vitest that the pages name. */
const OTHER_FLAGS = ["--ignore-scripts", "--omit", "--update"];
/** The parts of an article as README.ko.md names them. */
const ROLES: Readonly<Record<string, string>> = { 제목: "title", 본문: "body", 라벨: "label" };
const MODEL = path.join("models", "news.newsclf");

const read = (page: string): string => readFileSync(path.join(ROOT, page), "utf8");

/** Where the commands run; the package's own model is the one that they train there. */
let folder = "";

vi.mock(import("../../src/io/assets.js"), async (importOriginal) => ({
  ...(await importOriginal()),
  packagedModel: fromFile(MODEL),
}));

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "newsclf-readme-"));
  mkdirSync(path.join(folder, "data"));
  cpSync(path.join(ROOT, "data/news.csv"), path.join(folder, "data/news.csv"));
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(ROOT);
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Lines of a slow machine's progress display. */
const PROGRESS = /[█░]{20}/;

async function runProgram(args: readonly string[], stdin: string): Promise<Run> {
  let output = "";
  const sink = () =>
    new Writable({
      write(chunk, _encoding, done) {
        output += chunk;
        done();
      },
    });
  const exitCode = await main(args, { stdin: Readable.from([Buffer.from(stdin)]), stdout: sink(), stderr: sink() });
  const lines = output.replace(/\n$/, "").split("\n");
  return { exitCode, lines: output === "" ? [] : lines.filter((line) => !PROGRESS.test(line)) };
}

const COMMAND = /^(?:npm ci && )?(?:printf '(?<input>[^']*)' \| )?npx newsclf (?<args>.+)$/;

const runs = new Map<string, Promise<Run>>();

/** Runs a command line once, whichever page shows it. */
function run(command: string): Promise<Run> {
  const { input = "", args } = COMMAND.exec(command)?.groups ?? {};
  if (args === undefined) throw new Error(`a console block can show newsclf and echo $? only; got ${command}`);
  const started = runs.get(command) ?? runProgram(splitWords(args), input.replaceAll("\\n", "\n"));
  runs.set(command, started);
  return started;
}

async function runConsole(content: string): Promise<string> {
  let transcript = "";
  let exitCode = 0;
  for (const { command, shown } of parseSteps(content)) {
    let lines: readonly string[] = [String(exitCode)];
    if (command !== "echo $?") ({ exitCode, lines } = await run(command));
    transcript += [`$ ${command}`, ...abridge(lines, shown)].map((line) => `${line}\n`).join("");
  }
  return transcript;
}

const snippets = new Map<string, Promise<string>>();

async function runFreshSnippet(code: string): Promise<string> {
  const entry = (file: string) => JSON.stringify(pathToFileURL(path.join(ROOT, file)).href);
  const file = path.join(folder, `snippet-${snippets.size}.js`);
  writeFileSync(
    file,
    code
      .replaceAll('from "newsclf"', `from ${entry("src/index.ts")}`)
      .replaceAll('from "newsclf/node"', `from ${entry("src/io/index.ts")}`),
  );
  let output = "";
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    output += `${values.map(String).join(" ")}\n`;
  });
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    log.mockRestore();
  }
  return output;
}

/** Runs a snippet once, whichever page shows it, and returns what it prints. */
function runSnippet(code: string): Promise<string> {
  const started = snippets.get(code) ?? runFreshSnippet(code);
  snippets.set(code, started);
  return started;
}

/** The contents of the blocks as they are when everything is run, in order. */
async function runBlocks(blocks: readonly Block[]): Promise<readonly string[]> {
  const contents: string[] = [];
  let printed: string | null = null;
  for (const { language, title, content } of blocks) {
    if (printed !== null && language !== "text")
      expect(printed, `output that is not shown before:\n${content}`).toBe("");
    let renewed = content;
    if (language === "csv" && title !== "") writeFileSync(path.join(folder, title), content);
    if (language === "console") renewed = await runConsole(content);
    if (language === "text") renewed = printed ?? content;
    printed = language === "js" ? await runSnippet(content) : null;
    contents.push(renewed);
  }
  return contents;
}

describe.each(PAGES)("%s", (name) => {
  it("shows what its commands and snippets print", async () => {
    const page = read(name);
    const contents = await runBlocks(parseBlocks(page));
    await expect(replaceBlocks(page, contents)).toMatchFileSnapshot(path.join(ROOT, name));
  }, 300_000);

  it("names no flag that the program does not have", async () => {
    const help = await Promise.all(VERBS.map((verb) => runProgram([verb, "--help"], "")));
    const flagsOf = (text: string) => text.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
    const known = new Map(VERBS.map((verb, place) => [verb, new Set(flagsOf(help[place]?.lines.join("\n") ?? ""))]));
    const all = new Set([...known.values()].flatMap((flags) => [...flags]).concat(OTHER_FLAGS, "--help", "--version"));
    // A command that is shown to fail for a misspelt flag names it in its message.
    const page = read(name).replaceAll(/^.*(--[a-z]+)\b.*\nerror: unknown option '\1'$/gm, "");
    const named = flagsOf(page);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((flag) => !all.has(flag))).toEqual([]);
    for (const [line, verb = "", rest = ""] of page.matchAll(/newsclf ([a-z]+)\b([^\n`|]*)/g)) {
      const ofVerb = known.get(verb);
      if (ofVerb !== undefined)
        expect(
          flagsOf(rest).filter((flag) => !ofVerb.has(flag)),
          line,
        ).toEqual([]);
    }
  });

  it("lists only column names that are found", () => {
    const rows = read(name).matchAll(/^\| (title|body|label|제목|본문|라벨) \| (.+) \|$/gm);
    const roles: string[] = [];
    for (const [, part = "", names = ""] of rows) {
      const role = ROLES[part] ?? part;
      roles.push(role);
      const other = role === "label" ? "본문" : "분류";
      for (const [, column = ""] of names.matchAll(/`([^`]+)`/g)) {
        const found = findArticleColumns([column, other], { requireLabel: true }, "t.csv", 1);
        expect(found, column).toMatchObject({ [role]: 0 });
      }
    }
    expect(roles).toEqual(["title", "body", "label"]);
  });
});

describe("the two READMEs", () => {
  it("show the same blocks in the same order", () => {
    const [english, korean] = PAGES.map((name) => parseBlocks(read(name)));
    expect(korean).toEqual(english);
  });
});

describe.each(LINKED_PAGES)("%s", (name) => {
  it("links to files that exist", () => {
    const targets = Array.from(
      read(name).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g),
      (match) => match[1] as string,
    );
    expect(targets.filter((target) => !existsSync(path.resolve(ROOT, path.dirname(name), target)))).toEqual([]);
  });
});

describe("docs/architecture.md", () => {
  it("describes every entry of src", () => {
    const block = parseBlocks(read("docs/architecture.md")).find(({ language }) => language === "text");
    const described = block?.content
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0] as string);
    expect(described?.toSorted()).toEqual(readdirSync(path.join(ROOT, "src")).sort());
  });
});

describe("the promise of privacy", () => {
  it("holds: no source file opens a connection", () => {
    const sources = readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" });
    const connecting = /\bfetch\(|\bWebSocket\b|"(?:node:)?(?:http|https|http2|net|tls|dgram|dns)"/;
    const files = sources.filter((file) => file.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => connecting.test(read(path.join("src", file))))).toEqual([]);
  });
});
