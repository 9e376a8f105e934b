/** Makes everything that `npm run build` generates besides compiled TypeScript. Run from the repository's root. */

import { bundleNatural } from "./bundle-natural.js";
import { compileAssembly } from "./compile-assembly.js";
import { compileDictionary } from "./compile-dictionary.js";

await compileDictionary("assets");
await bundleNatural("assets");
await compileAssembly("morph");
await compileAssembly("nn");
await compileAssembly("numbering");
await compileAssembly("terms");
