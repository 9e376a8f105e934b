/**
 * Compiles the AssemblyScript kernels, each folder of assembly/ by the targets of its own asconfig.json: those for release
 * to assets/, which is shipped, and those for debugging to build/assembly/, which only the tests run. `npm run build`
 * calls it.
 *
 * The compiler runs as a program of its own: its type declarations would replace the global `console` of these tools.
 */

import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";

/** Compiles all targets of assembly/<folder>. Rejects with the compiler's own messages. */
export async function compileAssembly(folder: string): Promise<void> {
  await mkdir("assets", { recursive: true });
  await mkdir("build/assembly", { recursive: true });
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
    "bin/asc.js",
  );
  const config = path.join("assembly", folder, "asconfig.json");
  const { targets } = JSON.parse(await readFile(config, "utf8")) as { readonly targets: object };
  for (const target of Object.keys(targets)) {
    await promisify(execFile)(process.execPath, [compiler, "--config", config, "--target", target]);
  }
}
