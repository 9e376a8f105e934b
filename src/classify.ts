import { Classifier, type ClassifyOptions, type ModelSource, type Predictions } from "./classifier.js";
import { checkOptions } from "./options/check-argument.js";

export interface ClassifyTextOptions extends ClassifyOptions {
  /** A loaded classifier, a model's bytes or something that reads them; the package's own model when left out. */
  readonly model?: Classifier | Uint8Array | ModelSource;
}

let packaged: Promise<Classifier> | null = null;

async function loadPackaged(): Promise<Classifier> {
  const { packagedModel } = await import("#assets");
  return Classifier.load(packagedModel);
}

function packagedClassifier(): Promise<Classifier> {
  packaged ??= loadPackaged().catch((error: unknown) => {
    // A later call may find the model trained or repaired.
    packaged = null;
    throw error;
  });
  return packaged;
}

/**
 * Returns the labels of a text, best first, by the package's own model or a given one.
 *
 * The package's model is read with the first call and kept. For many texts load a `Classifier` once and call its
 * synchronous `classify`.
 *
 * @throws {OptionError} when the text is not a string, or `topK` not an integer ≥ 1
 * @throws {FileError} when the package's model or dictionary is missing
 * @throws {ModelFormatError} when the model is not one of this version
 * @example
 * ```ts
 * const [best] = await classify("한국은행이 기준금리를 동결했다");
 * console.log(best.label, best.score);
 * ```
 */
export async function classify(text: string, options: ClassifyTextOptions = {}): Promise<Predictions> {
  checkOptions("options", options);
  const { model, ...classifyOptions } = options;
  const classifier =
    model === undefined
      ? await packagedClassifier()
      : model instanceof Classifier
        ? model
        : await Classifier.load(model);
  return classifier.classify(text, classifyOptions);
}
