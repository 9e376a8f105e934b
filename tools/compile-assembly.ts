/**
 * Compiles the AssemblyScript kernels, each folder of assembly/ by its own asconfig.json: `release` to assets/, which is
 * shipped, and `debug` to build/assembly/, which only the tests run. `npm run build` calls it.
 */

import { mkdir } from "node:fs/promises";
import { main } from "assemblyscript/asc";

const TARGETS = ["release", "debug"] as const;

/** Compiles both targets of assembly/<folder>; paths in asconfig.json are relative to the repository's root. */
export async function compileAssembly(folder: string): Promise<void> {
  await mkdir("assets", { recursive: true });
  await mkdir("build/assembly", { recursive: true });
  for (const target of TARGETS) {
    const { error, stderr } = await main(["--config", `assembly/${folder}/asconfig.json`, "--target", target]);
    if (error !== null) throw new Error(`asc cannot compile assembly/${folder} (${target}): ${stderr.toString()}`);
  }
}
