import { createRequire } from "node:module";

/** The version in package.json, which lies two folders up from both src/cli and dist/cli. */
export function version(): string {
  const packageJson = createRequire(import.meta.url)("../../package.json") as { version: string };
  return packageJson.version;
}
