import { displayWidth } from "./display-width.js";

/**
 * Returns the rows as lines of aligned text, each ended by a line break: the first column and those named to the left, the others to the right, two
 * spaces between them.
 *
 * @param rows all of one length; cells are single lines
 * @param leftColumns 0-based
 */
export function renderTextTable(
  rows: readonly (readonly string[])[],
  leftColumns: ReadonlySet<number> = new Set(),
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))));
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const padding = " ".repeat((widths[column] ?? 0) - displayWidth(cell));
        return column === 0 || leftColumns.has(column) ? cell + padding : padding + cell;
      });
      return `${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}
