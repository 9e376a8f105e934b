/** What pages are made of: escaping, languages, tables, pictures, and the page around them. Knows no articles and no models. */

export {
  type Axis,
  type BarSeries,
  barChart,
  type ChartOptions,
  type Figure,
  figure,
  lineChart,
  MAX_SERIES,
  type Series,
  shareAxis,
  shareBar,
  valueAxis,
} from "./charts.js";
export { escapeHtml, Html, type HtmlValue, html, trustHtml } from "./html.js";
export { markText, type WeightedRange } from "./marked-text.js";
export { LANGUAGES, type Language, type Message, message, plain, plainText, show, showInSvg } from "./message.js";
export { type Page, renderPage, type Section } from "./page.js";
export { type Column, type Row, type TableOptions, table } from "./table.js";
