import { type Html, type HtmlValue, html } from "./html.js";

/** A column of a table. */
export interface Column {
  readonly head: HtmlValue;
  /** Numbers stand to the right, with digits of one width. */
  readonly isNumeric?: boolean;
}

/** One row; its first cell is the row's header. */
export type Row = readonly HtmlValue[];

export interface TableOptions {
  /** Says what the table is; shown above it. */
  readonly caption?: HtmlValue;
  /** Rows at the end that sum up the others. */
  readonly footer?: readonly Row[];
}

/**
 * Makes a table whose first column holds the headers of its rows. It scrolls sideways by itself where it is wider than the page.
 *
 * @param rows each with as many cells as there are columns
 */
export function table(columns: readonly Column[], rows: readonly Row[], options: TableOptions = {}): Html {
  const kind = (index: number): Html | null => (columns[index]?.isNumeric ? html` class="number"` : null);
  const row = (cells: Row): Html =>
    html`<tr>${cells.map((cell, index) =>
      index === 0 ? html`<th scope="row"${kind(index)}>${cell}</th>` : html`<td${kind(index)}>${cell}</td>`,
    )}</tr>\n`;
  const { caption, footer = [] } = options;
  return html`<div class="scroll" tabindex="0" role="group"><table>
${caption === undefined ? null : html`<caption>${caption}</caption>\n`}<thead><tr>${columns.map(
    ({ head }, index) => html`<th scope="col"${kind(index)}>${head}</th>`,
  )}</tr></thead>
<tbody>
${rows.map(row)}</tbody>
${footer.length === 0 ? null : html`<tfoot>\n${footer.map(row)}</tfoot>\n`}</table></div>
`;
}
