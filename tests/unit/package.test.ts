import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** What a page of the package may lead to without being in it: the sources, which are read in the repository. */
const SOURCES = /^(?:src|assembly|bench|browser|tests|tools|\.ci)(?:\/|$)|^data\/news\.csv$|^package\.json$/;
/** Of what is not trained on the spot; the model has a bound of its own in .ci/run. */
const MOST_UNPACKED_BYTES = 12 * 2 ** 20;

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

let files: readonly PackedFile[] = [];

beforeAll(() => {
  const command = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const output = execFileSync("npm", command, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  [{ files }] = JSON.parse(output) as [{ files: readonly PackedFile[] }];
});

/** Targets of Markdown links to files, without their fragments. */
function fileLinks(markdown: string): string[] {
  const targets = Array.from(markdown.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target as string);
  return targets.filter((target) => !/^(?:[a-z]+:|#)/.test(target)).map((target) => target.replace(/#.*/, ""));
}

describe("the package's files", () => {
  it("are those that run, and what explains them", () => {
    const folders = new Set(
      files.map((file) => file.path.replace(/(?<=^[^/]+)\/.*/, "")).filter((name) => name !== "models"),
    );
    expect([...folders].sort()).toEqual([
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "NOTICE",
      "README.ko.md",
      "README.md",
      "assets",
      "bin",
      "data",
      "dist",
      "docs",
      "package.json",
      "schema",
    ]);
    expect(files.map((file) => file.path).filter((name) => name.startsWith("data/"))).toEqual(["data/README.md"]);
  });

  it("stay within their size", () => {
    const sizes = files.filter((file) => !file.path.startsWith("models/")).map(({ size }) => size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST_UNPACKED_BYTES);
  });

  it("lead by their links to one another, or from the docs to sources that exist", () => {
    const shipped = new Set(files.map((file) => file.path));
    const holds = (target: string): boolean =>
      shipped.has(target) || [...shipped].some((name) => name.startsWith(`${target.replace(/\/$/, "")}/`));
    const broken: string[] = [];
    for (const page of [...shipped].filter((name) => name.endsWith(".md"))) {
      for (const link of fileLinks(readFileSync(path.join(ROOT, page), "utf8"))) {
        const target = path.posix.normalize(path.posix.join(path.posix.dirname(page), link));
        const isSource = SOURCES.test(target) && existsSync(path.join(ROOT, target));
        if (!holds(target) && !isSource) broken.push(`${page}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
