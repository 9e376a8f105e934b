/**
 * Writes docs/options.md.
 *
 *   npm run docs:options
 *
 * tests/unit/options/options-doc.test.ts fails where the file is not what this tool would write.
 */

import { writeFile } from "node:fs/promises";
import { renderOptionsDoc } from "./options-doc.js";

await writeFile("docs/options.md", renderOptionsDoc());
