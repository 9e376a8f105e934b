/** The program as users start it: a process of its own, with pipes, signals and exit codes. */

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { decodeModel } from "../../src/model-file/model-file.js";
import { TINY_CORPUS, TINY_TRAINING, trainTiny, useFolder } from "./harness.js";

const ROOT = path.resolve(import.meta.dirname, "../..");
const inFolder = useFolder();

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const children: Child[] = [];

function start(argv: readonly string[], cwd = ROOT, env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, argv, {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  children.push(child);
  return child;
}

afterEach(() => {
  // Of a test that failed half-way.
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

const startProgram = (...argv: readonly string[]): Child => start([path.join(ROOT, "bin", "newsclf.js"), ...argv]);

interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function endOf(child: Child): Promise<Ending> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [exitCode, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { exitCode, signal, stdout, stderr };
}

/** Resolves once the condition holds. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Resolves once the stream has given this text. */
async function textOn(stream: Readable, text: string): Promise<void> {
  let seen = "";
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer | string): void => {
      seen += chunk.toString();
      if (!seen.includes(text)) return;
      stream.off("data", look);
      resolve();
    };
    stream.on("data", look);
    stream.once("end", () =>
      reject(new Error(`${JSON.stringify(text)} never came; there was ${JSON.stringify(seen)}`)),
    );
  });
}

beforeAll(async () => {
  // The program runs from dist/, which must be that of these sources; nothing is done when it is.
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const build = spawnSync(process.execPath, [compiler, "-b", "tsconfig.build.json"], { cwd: ROOT, encoding: "utf8" });
  expect(build.status, build.stdout).toBe(0);
  expect((await trainTiny(inFolder())).exitCode).toBe(0);
});

describe("newsclf", () => {
  it("gives its exit code and data to the shell", async () => {
    expect(await endOf(startProgram("tokenize", "--text", "국회", "--format", "json"))).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '[["국회","NNG"]]\n',
      stderr: "",
    });
    expect(await endOf(startProgram("classify", "-m", inFolder("no.newsclf"), "--text", "국회"))).toEqual({
      exitCode: 1,
      signal: null,
      stdout: "",
      stderr: `newsclf: ${inFolder("no.newsclf")}: does not exist; check the path\n`,
    });
    expect(await endOf(startProgram("trian"))).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("reads standard input to its end", async () => {
    const child = startProgram("tokenize", "--format", "json");
    child.stdin.end("국회\n금리\n");
    expect((await endOf(child)).stdout).toBe('[["국회","NNG"]]\n[["금리","NNG"]]\n');
  });

  it("ends with 0 and without a word when the reader of its output goes away", async () => {
    // More output than a pipe holds, so that writing goes on after the first line was read.
    const texts = inFolder("many.txt");
    await writeFile(texts, "국회는 예산안을 의결했다\n".repeat(20_000));
    const child = startProgram("classify", "-m", inFolder("tiny.newsclf"), texts);
    await textOn(child.stdout, "\n");
    child.stdout.destroy();
    expect(await endOf(child)).toMatchObject({ exitCode: 0, signal: null, stderr: "" });
  });

  it("goes on with its work when nobody reads its messages", async () => {
    const places = ["-o", inFolder("quiet.newsclf"), "--report", inFolder("quiet")];
    const child = startProgram("train", TINY_CORPUS, ...places, ...TINY_TRAINING);
    child.stderr.destroy();
    const { exitCode, stdout } = await endOf(child);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Accuracy");
    expect(await readFile(inFolder("quiet.newsclf"))).toEqual(await readFile(inFolder("tiny.newsclf")));
  });

  it("is ended by Ctrl-C at once where there is nothing to keep", async () => {
    const child = startProgram("tokenize", "--format", "json");
    child.stdin.write("국회\n");
    await textOn(child.stdout, "\n");
    child.kill("SIGINT");
    expect(await endOf(child)).toMatchObject({ exitCode: null, signal: "SIGINT", stderr: "" });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("removes its lock when %s ends it before training begins", async (signal) => {
    const child = startProgram(
      "train",
      "-",
      "-o",
      inFolder("early", "m.newsclf"),
      "--report",
      inFolder("early-report"),
    );
    // Standard input stays open: the program waits for articles, and the lock is there.
    await until(() => existsSync(inFolder("early", "m.newsclf.lock")));
    child.kill(signal);
    expect(await endOf(child)).toMatchObject({ exitCode: null, signal });
    expect(await readdir(inFolder("early"))).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "is ended by one %s while it waits for texts without labels",
    async (signal) => {
      const model = inFolder("waiting", "m.newsclf");
      const argv = ["-o", model, "--report", inFolder("waiting-report"), ...TINY_TRAINING, "--linear"];
      const child = startProgram("train", TINY_CORPUS, ...argv, "--unlabeled", "-");
      // The articles with labels have been read; standard input stays open.
      await textOn(child.stderr, "articles\n");
      child.kill(signal);
      expect(await endOf(child)).toMatchObject({ exitCode: null, signal, stdout: "" });
      expect(await readdir(inFolder("waiting"))).toEqual([]);
      expect(existsSync(inFolder("waiting-report"))).toBe(false);
    },
  );

  it("removes what it has of a file of rejected rows on Ctrl-C", async () => {
    await mkdir(inFolder("rejected"));
    const argv = ["classify", "-m", inFolder("tiny.newsclf"), "--on-bad-row", "collect"];
    const child = startProgram(...argv, "--rejects", inFolder("rejected", "rows.csv"));
    const names = () => readdirSync(inFolder("rejected"));
    await until(() => names().length === 1);
    expect(names()[0]).toMatch(/^\.newsclf-[0-9a-f]{8}-\d+-[0-9a-f]{16}\.tmp$/);
    // The model is being loaded meanwhile; a line that is answered says that all listeners are there.
    child.stdin.write("국회\n");
    await textOn(child.stdout, "\n");
    child.kill("SIGINT");
    expect(await endOf(child)).toMatchObject({ exitCode: null, signal: "SIGINT" });
    expect(names()).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "keeps the best model so far on %s in training, and says so",
    async (stop) => {
      const model = inFolder(`stopped-${stop}.newsclf`);
      const argv = ["train", TINY_CORPUS, "-o", model, "--report", inFolder("stopped"), ...TINY_TRAINING];
      // Long enough to be interrupted; a terminal, so that the first epoch shows at once.
      const long = ["--epochs", "10000", "--patience", "10000", "--learning-rate", "0.001"];
      const script = `
      import { run } from ${JSON.stringify(pathToFileURL(path.join(ROOT, "dist", "cli", "run.js")).href)};
      Object.assign(process.stderr, { isTTY: true, columns: 100 });
      await run();`;
      await writeFile(inFolder("terminal.mjs"), script);
      const child = start([inFolder("terminal.mjs"), ...argv, ...long]);
      await textOn(child.stderr, "epoch 1/10000");
      child.kill(stop);
      const { exitCode, stdout, stderr } = await endOf(child);
      expect(exitCode).toBe(0);
      expect(stderr).toContain("stopped on request; the best model so far is that of epoch ");
      expect(stderr).toContain(`model: ${model} (epoch `);
      expect(stdout).toContain("Accuracy");
      expect((await decodeModel(await readFile(model))).metadata.labels).toEqual(["경제", "스포츠", "정치"]);
    },
  );

  it("ends with 130 at the second Ctrl-C", async () => {
    // A run that does not end on request, as when the last steps take long.
    const script = `
      import { listenForInterrupt } from ${JSON.stringify(pathToFileURL(path.join(ROOT, "dist", "cli", "run.js")).href)};
      setInterval(() => undefined, 1000);
      listenForInterrupt().addEventListener("abort", () => process.stdout.write("asked to stop\\n"));
      process.stdout.write("working\\n");`;
    await writeFile(inFolder("stubborn.mjs"), script);
    const child = start([inFolder("stubborn.mjs")]);
    await textOn(child.stdout, "working");
    child.kill("SIGINT");
    await textOn(child.stdout, "asked to stop");
    child.kill("SIGINT");
    expect(await endOf(child)).toMatchObject({ exitCode: 130, signal: null });
  });
});

describe("a program that cannot write", () => {
  const FAILING = pathToFileURL(path.join(ROOT, "tests", "fixtures", "faults", "failing-writes.js")).href;

  it.each([
    ["ENOSPC", "no space is left on the device; free some space or write to another place"],
    ["EACCES", "permission is denied; allow writing there or choose another place"],
  ])("ends with 1, says why, and leaves what was there: %s", async (code, message) => {
    const model = inFolder(code, "m.newsclf");
    await mkdir(inFolder(code));
    await writeFile(model, "the one before");
    const argv = ["train", TINY_CORPUS, "-o", model, "--report", inFolder(code, "report"), ...TINY_TRAINING];
    const child = start(["--import", FAILING, path.join(ROOT, "bin", "newsclf.js"), ...argv], ROOT, {
      NEWSCLF_TEST_CODE: code,
    });
    const { exitCode, signal, stderr } = await endOf(child);
    expect(stderr).toContain(`newsclf: ${model}: cannot be written, ${message}`);
    expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
    expect(await readdir(inFolder(code))).toEqual(["m.newsclf"]);
    expect(await readFile(model, "utf8")).toBe("the one before");
  });
});

describe("a program whose threads die", () => {
  const DYING = pathToFileURL(path.join(ROOT, "tests", "fixtures", "worker-threads", "dies.js")).href;
  const startDying = (...argv: readonly string[]): Child =>
    start(["--import", DYING, path.join(ROOT, "bin", "newsclf.js"), ...argv, "--workers", "2"]);

  // More than the calling thread works through by itself.
  const N_ARTICLES = 9000;
  const rowsOf = (nArticles: number): string =>
    Array.from({ length: nArticles }, (_, i) => {
      const [words, label] = [
        ["금리 은행", "경제"],
        ["축구 우승", "스포츠"],
        ["국회 표결", "정치"],
      ][i % 3] as [string, string];
      return `${words} ${i},${"국회는 예산안을 의결했다 ".repeat(4)}${words},${label}\n`;
    }).join("");

  beforeAll(async () => {
    const header = "title,body,category\n";
    await writeFile(inFolder("many.csv"), `${header}${rowsOf(N_ARTICLES)}`);
    await writeFile(inFolder("some.csv"), `${header}${rowsOf(2000)}`);
  });

  const model = () => inFolder("tiny.newsclf");
  const place = () => ["-o", inFolder("dying", "m.newsclf"), "--report", inFolder("dying", "report")];
  // Few articles, which this thread analyses by itself, and networks wide enough for threads.
  const wide = ["--hidden-units", "1024,32,32", "--tags", "content", "--ngram-range", "1,1"];
  const many = () => inFolder("many.csv");
  const some = () => inFolder("some.csv");

  it.each([
    ["tokenize", "analyzer", () => ["tokenize", many()]],
    ["classify", "classifier", () => ["classify", "-m", model(), many()]],
    ["evaluate", "classifier", () => ["evaluate", model(), many()]],
    ["train, which analyses", "analyzer", () => ["train", many(), ...place()]],
    ["train, of one network", "training", () => ["train", some(), ...place(), ...wide, "--ensemble", "1"]],
    ["train, of several networks", "network", () => ["train", some(), ...place(), ...wide, "--ensemble", "2"]],
  ])(
    "ends with 1, says which, and leaves nothing: %s",
    async (_, thread, argv) => {
      const { exitCode, signal, stderr } = await endOf(startDying(...argv()));
      expect(stderr).toMatch(
        new RegExp(`^newsclf: worker thread ${thread} [12] failed: it exited with code 9; try fewer workers$`, "m"),
      );
      expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
      expect(existsSync(inFolder("dying"))).toBe(false);
    },
    30_000,
  );
});

describe("a copy of the package without a model", () => {
  const inPackage = (...parts: string[]) => inFolder("package", ...parts);

  beforeAll(async () => {
    for (const name of ["bin", "dist"]) await cp(path.join(ROOT, name), inPackage(name), { recursive: true });
    await cp(path.join(ROOT, "package.json"), inPackage("package.json"));
    for (const name of ["assets", "node_modules"]) await symlink(path.join(ROOT, name), inPackage(name), "junction");
    await writeFile(
      inPackage("ask.mjs"),
      'import { classify } from "newsclf";\n' +
        'console.log(await classify("국회 표결").then(([{ label }]) => label, ({ code, message }) => [code, message].join(" ")));\n',
    );
  });

  it("tells library and command line how to make one", async () => {
    const model = inPackage("models", "news.newsclf");
    const remedy = `${model}: there is no model yet; make it with: newsclf train data/news.csv, or name a model file`;
    const asked = await endOf(start([inPackage("ask.mjs")], inPackage()));
    expect(asked).toMatchObject({ exitCode: 0, stdout: `FILE_NOT_FOUND ${remedy}\n`, stderr: "" });
    const run = await endOf(start([inPackage("bin", "newsclf.js"), "classify", "--text", "국회 표결"], inPackage()));
    expect(run).toMatchObject({ exitCode: 1, stdout: "", stderr: `newsclf: ${remedy}\n` });
  });

  it("finds one beside itself, and a local one before that", async () => {
    await mkdir(inPackage("models"), { recursive: true });
    await cp(inFolder("tiny.newsclf"), inPackage("models", "news.newsclf"));
    expect((await endOf(start([inPackage("ask.mjs")], inPackage()))).stdout).toBe("정치\n");
    const program = inPackage("bin", "newsclf.js");
    const elsewhere = inFolder("elsewhere");
    await mkdir(path.join(elsewhere, "models"), { recursive: true });
    const argv = [program, "classify", "--text", "국회 표결"];
    expect((await endOf(start(argv, elsewhere))).stdout).toMatch(/^정치\t/);
    await writeFile(path.join(elsewhere, "models", "news.newsclf"), "no model");
    const local = await endOf(start(argv, elsewhere));
    expect(local.exitCode).toBe(1);
    expect(local.stderr).toContain(`newsclf: ${path.join("models", "news.newsclf")}: byte `);
  });
});
