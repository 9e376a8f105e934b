/** Labelled texts in fastText's form: a line each, the label as a word that begins with `__label__`. */

import { DatasetError, type DatasetLocation } from "../errors.js";

/** A text with its label. */
export interface LabeledText {
  readonly label: string;
  readonly text: string;
}

/** Words end at white space, as fastText reads them. */
const LABEL_WORD = /(?<!\S)__label__(\S*)/g;

/**
 * Reads a line; null when it is blank. The label may stand anywhere.
 * @throws {DatasetError} DATASET_ROW when there is not exactly one label, its name is empty, or there is no text
 */
export function parseFasttextLine(line: string, at: DatasetLocation): LabeledText | null {
  if (line.trim() === "") return null;
  const labels = Array.from(line.matchAll(LABEL_WORD), ([, name = ""]) => name);
  const [label] = labels;
  if (label === undefined || label === "" || labels.length > 1) {
    const found = labels.map((name) => `__label__${name}`).join(" ") || "none";
    throw new DatasetError(
      "DATASET_ROW",
      at,
      `a line must have one label with a name, such as __label__경제; got ${found}`,
    );
  }
  const text = line.replace(LABEL_WORD, "").trim();
  if (text === "") throw new DatasetError("DATASET_ROW", at, `there is no text beside __label__${label}`);
  return { label, text };
}

/**
 * Returns the line of a text, with its line end; white space inside becomes single spaces.
 * @throws {DatasetError} DATASET_ROW when the label has white space, or a word of the text would be read as a label
 */
export function formatFasttextLine({ label, text }: LabeledText, at: DatasetLocation): string {
  if (/\s/.test(label)) {
    const problem = `a label of fastText has no white space; got ${JSON.stringify(label)}; rename it with --label-map`;
    throw new DatasetError("DATASET_ROW", at, problem);
  }
  const line = text.replace(/\s+/g, " ").trim();
  const [word] = line.match(LABEL_WORD) ?? [];
  if (word !== undefined)
    throw new DatasetError("DATASET_ROW", at, `the text has a word that fastText takes for a label: ${word}`);
  return `__label__${label} ${line}\n`;
}
