import type { InputChoice } from "../io/article-reader.js";
import type { ReadSummary, RejectionReason } from "../io/row-tally.js";
import { type Delimiter, ENCODING_NAMES } from "../options/input-options.js";
import type { MergedLabel } from "../text/label-spelling.js";

const REASONS: Readonly<Record<RejectionReason, string>> = {
  "broken-row": "cannot be read",
  "too-long": "are too long",
  "wrong-column-count": "have another number of columns than the header",
  "missing-column": "have no column for their text or label",
  excluded: "are marked as excluded (분석제외)",
  "not-text": "have a list or an object for text",
  "empty-label": "have no label",
  "label-not-in-map": "have a label that is not in the label map",
  "empty-text": "have no text",
};

const DELIMITERS: Readonly<Record<Delimiter, string>> = { comma: "commas", tab: "tabs", semicolon: "semicolons" };

/** One line about something that was found out; "" for UTF-8 and commas, which need no word. */
export function describeChoice(choice: InputChoice): string {
  if (choice.kind === "encoding") {
    return choice.encoding === "utf-8" ? "" : `${choice.source}: read as ${ENCODING_NAMES[choice.encoding]}\n`;
  }
  return choice.delimiter === "comma"
    ? ""
    : `${choice.source}: fields are separated by ${DELIMITERS[choice.delimiter]}\n`;
}

/** One line for each file and reason why rows were left out, with their line numbers; "" when all were used. */
export function describeRejectedRows(summary: ReadSummary): string {
  let text = "";
  for (const { source, nRows: nSourceRows, rejected } of summary.sources) {
    for (const { reason, nRows, lines } of rejected) {
      const more = nRows > lines.length ? `, and ${nRows - lines.length} more` : "";
      text += `${source}: left out ${nRows} of ${nSourceRows} rows, which ${REASONS[reason]}: line ${lines.join(", ")}${more}\n`;
    }
  }
  return text;
}

/** Rows that their export marks as left out. */
export function countExcluded({ rejected }: Pick<ReadSummary, "rejected">): number {
  return rejected.find(({ reason }) => reason === "excluded")?.nRows ?? 0;
}

/** One line for each label that had several spellings; "" when none had. */
export function describeMergedLabels(merged: readonly MergedLabel[]): string {
  const byLabel = new Map<string, string[]>();
  for (const { spelling, label, nArticles } of merged) {
    const spellings = byLabel.get(label) ?? [];
    spellings.push(`${JSON.stringify(spelling)} (${nArticles})`);
    byLabel.set(label, spellings);
  }
  return Array.from(
    byLabel,
    ([label, spellings]) => `label ${JSON.stringify(label)} also stands for ${spellings.join(", ")}\n`,
  ).join("");
}
