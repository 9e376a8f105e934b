/**
 * Writes schema/report.schema.json from the type of the report.
 *
 *   npm run docs:schema
 *
 * tests/unit/evaluation/report-schema.test.ts fails where the file is not what this tool would write.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { renderReportSchema } from "./report-schema.js";

await mkdir("schema", { recursive: true });
await writeFile("schema/report.schema.json", renderReportSchema("."));
