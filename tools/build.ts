/** Makes everything that `npm run build` generates besides compiled TypeScript. Run from the repository's root. */

import { compileDictionary } from "./compile-dictionary.js";

await compileDictionary("assets");
