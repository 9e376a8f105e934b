import { fileURLToPath } from "node:url";

/** Tests run the sources; package.json's "imports" would lead them to the compiled copy of this one. */
export const alias = { "#assets": fileURLToPath(new URL("src/io/assets.ts", import.meta.url)) };
