import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { flagOf } from "../../src/cli/option-flags.js";
import type { AnyConstraint } from "../../src/options/constraint.js";
import { listSpec } from "../../src/options/resolve-options.js";
import { NETWORK_SPEC, OPTIMIZER_SPEC, RUN_SPEC, TERM_SPEC, VECTORIZER_SPEC } from "../../src/options/train-options.js";
import { runCli } from "./harness.js";

const TRAINING_OPTIONS: readonly (readonly [string, AnyConstraint])[] = [
  ...listSpec(RUN_SPEC),
  ...listSpec(TERM_SPEC),
  ...listSpec(VECTORIZER_SPEC),
  ...listSpec(NETWORK_SPEC),
  ...listSpec(OPTIMIZER_SPEC),
];

const COLUMNS = ["--text-column", "--title-column"];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  train: ["-o, --output", "--report", ...COLUMNS, "--label-column"],
  evaluate: ["--format", ...COLUMNS, "--label-column"],
  classify: ["-m, --model", "--text", "-k, --top-k", "--format", ...COLUMNS],
  tokenize: ["--text", "--format"],
  compress: ["--check", "-o, --output", "--quantize", "--prune", "--max-loss", ...COLUMNS, "--label-column"],
  inspect: ["--top", "--format", "--matrix", "--articles", ...COLUMNS],
};

describe("--help", () => {
  it.each(Object.keys(FLAGS))("of %s lists its flags on stdout, within 100 columns", async (verb) => {
    const { exitCode, stdout, stderr } = await runCli([verb, "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Usage: newsclf ${verb} [options]`);
    for (const flag of FLAGS[verb] as readonly string[]) expect(stdout).toContain(`  ${flag} `);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each(TRAINING_OPTIONS)("of train lists the option %s of the tables with its default", async (name, constraint) => {
    const { stdout } = await runCli(["train", "--help"], { columns: 400 });
    const isOnByDefault = constraint.kind === "boolean" && constraint.default;
    const flag = isOnByDefault ? flagOf(name).replace("--", "--no-") : flagOf(name);
    const line = stdout.split("\n").find((candidate) => candidate.trimStart().split(" ")[0] === flag);
    expect(line, flag).toContain(constraint.help);
    if (constraint.kind !== "boolean") expect(line).toContain(`(default: ${constraint.default})`);
  });

  it("is the same from the help command", async () => {
    const byFlag = await runCli(["classify", "--help"]);
    expect(await runCli(["help", "classify"])).toEqual(byFlag);
  });

  it("comes on stderr, as wrong usage, when no command is given", async () => {
    const { exitCode, stdout, stderr } = await runCli([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: newsclf [options] [command]");
  });
});

describe("--version", () => {
  it("is that of package.json", async () => {
    const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
    expect(await runCli(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("wrong usage ends with 2 and says what is meant", () => {
  it.each<readonly [string, readonly string[], string]>([
    ["an unknown command", ["trian", "a.csv"], "unknown command 'trian'\n(Did you mean train?)"],
    ["an unknown flag", ["classify", "--topk", "2"], "unknown option '--topk'\n(Did you mean --top-k?)"],
    ["a misspelt option of the tables", ["train", "a.csv", "--learningrate", "1"], "(Did you mean --learning-rate?)"],
    ["a missing argument", ["evaluate", "a.newsclf"], "missing required argument 'files'"],
    ["one argument too many", ["inspect", "a.newsclf", "b"], "too many arguments for 'inspect'"],
    ["a flag without its value", ["classify", "--text"], "option '--text <text>' argument missing"],
    ["a flag of another command", ["tokenize", "--top-k", "2"], "unknown option '--top-k'"],
    ["another format", ["evaluate", "a", "b", "--format", "xml"], "Allowed choices are text, json."],
    ["top-k 0", ["classify", "--top-k", "0"], 'must be an integer ≥ 1 (labels); got "0"'],
    ["top-k 1.5", ["classify", "-k", "1.5"], 'must be an integer ≥ 1 (labels); got "1.5"'],
    ["top of no terms", ["inspect", "a", "--top", "none"], 'must be an integer ≥ 1 (terms); got "none"'],
    [
      "a thousand threads",
      ["train", "a.csv", "--workers", "1000"],
      'must be an integer in [1, 64] (threads); got "1000"',
    ],
    ["a seed below 0", ["train", "a.csv", "--seed", "-1"], "--seed must be an integer in [0, 4294967295]"],
    ["n-grams upside down", ["train", "a.csv", "--ngram-range", "2,1"], "in ascending order (terms)"],
    ["a text and a file", ["classify", "--text", "금리", "a.txt"], "give either --text or a file, not both"],
    ["a text and standard input", ["tokenize", "--text", "금리", "-"], "give either --text or a file, not both"],
    ["a matrix of no articles", ["inspect", "a", "--matrix", "m.mtx"], "--matrix and --articles go together"],
    ["articles without a matrix", ["inspect", "a", "--articles", "a.csv"], "--matrix and --articles go together"],
  ])("%s", async (_, argv, message) => {
    const { exitCode, stdout, stderr } = await runCli(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("(run with --help for usage)");
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
