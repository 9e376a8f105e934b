import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../cli/harness.js";

/** Renewed by `npx vitest run tests/golden/cli.test.ts -u`; read the difference before committing it. */
it("newsclf --help is the reviewed text", async () => {
  const file = path.join(import.meta.dirname, "cli-help.txt");
  expect(existsSync(file), "cli-help.txt is in the repository").toBe(true);
  const { exitCode, stdout, stderr } = await runCli(["--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  await expect(stdout).toMatchFileSnapshot(file);
});
