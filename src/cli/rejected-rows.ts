import type { ReadSummary, RejectionReason } from "../io/read-articles.js";

const REASONS: Readonly<Record<RejectionReason, string>> = {
  "wrong-column-count": "have another number of columns than the header",
  "empty-label": "have no label",
  "empty-text": "have no text",
};

/** One line for each reason why rows were left out, with their line numbers; "" when all were used. */
export function describeRejectedRows(source: string, summary: ReadSummary): string {
  let text = "";
  for (const { reason, nRows, lines } of summary.rejected) {
    const more = nRows > lines.length ? `, and ${nRows - lines.length} more` : "";
    text += `${source}: left out ${nRows} of ${summary.nRows} rows, which ${REASONS[reason]}: line ${lines.join(", ")}${more}\n`;
  }
  return text;
}
