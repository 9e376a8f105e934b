/**
 * Writes src/html/page-script.ts from browser/page.ts.
 *
 *   npm run build:page-script
 *
 * tests/unit/html/page-script.test.ts fails where the file is not what this tool would write.
 */

import { writeFile } from "node:fs/promises";
import { renderPageScript } from "./page-script.js";

await writeFile("src/html/page-script.ts", await renderPageScript());
