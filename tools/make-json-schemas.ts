/**
 * Writes schema/*.schema.json from the types of what the program writes as JSON.
 *
 *   npm run docs:schema
 *
 * tests/unit/evaluation/report-schema.test.ts and tests/unit/doctor/doctor-schema.test.ts fail where a file is not what this
 * tool would write.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { DOCTOR_TYPE, REPORT_TYPE, renderSchema } from "./json-schema.js";

await mkdir("schema", { recursive: true });
for (const type of [REPORT_TYPE, DOCTOR_TYPE]) await writeFile(type.schema, renderSchema(".", type));
