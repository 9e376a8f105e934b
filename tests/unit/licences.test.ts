import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const packageJson = JSON.parse(read("package.json")) as {
  readonly version: string;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, LockedPackage>> };
const notice = read("NOTICE");

/** Licences that ask for no more than keeping their text, so that a user of newsclf has nothing else to do. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];
/** What npm runs at a user who installs the package from a registry or a tarball. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

/** Every package that a user of newsclf cannot do without, those behind the direct dependencies included. */
const runtime = Object.entries(lock.packages)
  .filter(([place, { dev, optional, devOptional }]) => place !== "" && !dev && !optional && !devOptional)
  .map(([place, entry]) => ({
    name: place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length),
    ...entry,
  }));

describe("runtime dependencies", () => {
  it("are found in the lock file, every direct one among them", () => {
    const names = runtime.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)));
  });

  it("have an allowed licence", () => {
    expect(runtime.filter(({ license }) => license === undefined || !ALLOWED.includes(license))).toEqual([]);
  });

  it("stand in NOTICE with version and licence", () => {
    for (const { name, version, license = "" } of runtime) {
      expect(notice.split("\n").find((line) => line.trim().startsWith(`${name} ${version} `)) ?? name).toContain(
        license,
      );
    }
  });

  it("carry their licence text when installed", () => {
    expect(runtime.filter(({ name }) => !existsSync(path.join(ROOT, "node_modules", name, "LICENSE")))).toEqual([]);
  });

  it("run no script on installation", () => {
    expect(runtime.filter(({ hasInstallScript }) => hasInstallScript === true)).toEqual([]);
  });

  it("have exact versions, and so have the optional and development ones", () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe("the package", () => {
  it("runs no script of its own at its users", () => {
    expect(INSTALL_SCRIPTS.filter((name) => name in packageJson.scripts)).toEqual([]);
  });

  it("ships NOTICE, which names what is copied into it with versions and licences", () => {
    expect(packageJson.files).toContain("NOTICE");
    expect(notice).toContain("mecab-ko-dic 2.1.1-20180720");
    expect(notice).toContain("Apache License, Version 2.0");
    const { natural } = packageJson.devDependencies;
    expect(notice).toContain(`natural ${natural}`);
    for (const [name, version] of Object.entries(packageJson.optionalDependencies)) {
      expect(notice).toContain(`${name} ${version}`);
    }
  });

  it("ships the texts of the licences that NOTICE refers to", () => {
    expect(packageJson.files).toContain("assets");
    for (const [file] of notice.matchAll(/assets\/[\w.-]+?\.txt/g)) expect(read(file).length, file).toBeGreaterThan(0);
    expect(read("assets/mecab-ko-dic.COPYING.txt")).toContain("Apache License");
    expect(read("assets/natural.js")).toContain("Permission is hereby granted, free of charge");
    expect(read("LICENSE")).toContain("MIT License");
  });

  it("has the newest version in CHANGELOG.md", () => {
    expect(/^## \[(.+?)\]/m.exec(read("CHANGELOG.md"))?.[1]).toBe(packageJson.version);
  });
});
