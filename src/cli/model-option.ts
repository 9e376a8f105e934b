import { existsSync } from "node:fs";
import path from "node:path";
import { Option } from "commander";
import type { Classifier } from "../classifier.js";

/** Where `newsclf train data/news.csv` writes. */
const LOCAL_MODEL_PATH = path.join("models", "news.newsclf");

/** `-m, --model`, the same for every command that applies a model to texts. */
export function modelOption(): Option {
  return new Option("-m, --model <file>", "model file (default: models/news.newsclf, else the package's own)");
}

/** Loads the model that the flag names, or the default one. */
export async function loadClassifier(model: string | undefined): Promise<Classifier> {
  const [{ packagedModel }, { loadDictionary }, { fromFile }] = await Promise.all([
    import("../io/assets.js"),
    import("../io/dictionary-file.js"),
    import("../io/model-source.js"),
  ]);
  const modelPath = model ?? (existsSync(LOCAL_MODEL_PATH) ? LOCAL_MODEL_PATH : null);
  const source = modelPath === null ? packagedModel : fromFile(modelPath);
  // Begun now, both are read, and the dictionary is decompressed, in other threads while the rest of the program is loaded.
  const reading = source.read();
  // A failure is told by the classifier, which waits for both.
  for (const begun of [reading, loadDictionary()]) begun.catch(() => undefined);
  const { Classifier } = await import("../classifier.js");
  return Classifier.load({ ...source, read: () => reading });
}
