/**
 * Pictures as inline SVG: numbers in, a part of a page out. No dependency and no DOM, so they are made wherever the library runs.
 *
 * Each picture is an image with a name for screen readers; {@link figure} puts its numbers as a table beside it.
 */

import { type Html, type HtmlValue, html } from "./html.js";
import { type Message, message, show, showInSvg } from "./message.js";

/** One direction of a chart. */
export interface Axis {
  readonly label: Message;
  readonly min: number;
  /** Greater than `min`. */
  readonly max: number;
  /** Values with a grid line and a number, rising, within [min, max]. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** A line through points `[x, y]`; where y is null the line is broken. */
export interface Series {
  readonly name: Message;
  readonly points: readonly (readonly [x: number, y: number | null])[];
  /** Draws a dot at each point. */
  readonly hasMarks?: boolean;
}

/** How many series a chart can tell apart by colour and dashes. */
export const MAX_SERIES = 6;

const WIDTH = 360;
const HEIGHT = 238;
/** Room for the numbers and the name of the axes. */
const MARGIN = { left: 44, right: 20, top: 26, bottom: 38 } as const;
const INNER_WIDTH = WIDTH - MARGIN.left - MARGIN.right;
const INNER_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom;

/** A coordinate with two decimals at most: what a screen can show. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function placeX(axis: Axis, value: number): number {
  return round(MARGIN.left + ((value - axis.min) / (axis.max - axis.min)) * INNER_WIDTH);
}

function placeY(axis: Axis, value: number): number {
  return round(MARGIN.top + (1 - (value - axis.min) / (axis.max - axis.min)) * INNER_HEIGHT);
}

/** Shares in [0, 1] as percentages, with lines at every fifth. */
export function shareAxis(label: Message): Axis {
  return {
    label,
    min: 0,
    max: 1,
    ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
    format: (value) => `${Math.round(value * 100)}%`,
  };
}

/** Steps between ticks: 1, 2 or 5 times a power of ten. */
function tickStep(span: number, nTicks: number): number {
  const power = 10 ** Math.floor(Math.log10(span / nTicks));
  return power * ([1, 2, 5].find((factor) => span / (power * factor) <= nTicks) ?? 10);
}

/**
 * An axis that holds the values, with about five round ticks.
 * @param values finite; when there are none, or all are equal, the axis reaches to one more
 */
export function valueAxis(
  label: Message,
  values: readonly number[],
  options: { readonly isCount?: boolean } = {},
): Axis {
  const least = values.reduce((low, value) => Math.min(low, value), values[0] ?? 0);
  const greatest = values.reduce((high, value) => Math.max(high, value), values[0] ?? 0);
  const from = options.isCount ? Math.min(0, least) : least;
  const raw = tickStep(greatest > from ? greatest - from : 1, 5);
  const step = options.isCount ? Math.max(1, raw) : raw;
  const first = Math.floor(from / step);
  const last = Math.max(first + 1, Math.ceil(greatest / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return {
    label,
    min: first * step,
    max: last * step,
    ticks,
    format: (value) => (digits === 0 ? Math.round(value).toLocaleString("en-US") : value.toFixed(digits)),
  };
}

function frame(x: Axis, y: Axis, content: HtmlValue): Html {
  const right = MARGIN.left + INNER_WIDTH;
  const bottom = MARGIN.top + INNER_HEIGHT;
  const horizontal = y.ticks.map((tick) => {
    const at = placeY(y, tick);
    return html`<line class="grid" x1="${MARGIN.left}" y1="${at}" x2="${right}" y2="${at}"/><text x="${MARGIN.left - 6}" y="${at + 4}" text-anchor="end">${y.format(tick)}</text>`;
  });
  const vertical = x.ticks.map((tick) => {
    const at = placeX(x, tick);
    return html`<line class="axis" x1="${at}" y1="${bottom}" x2="${at}" y2="${bottom + 4}"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${x.format(tick)}</text>`;
  });
  return html`${horizontal}<line class="axis" x1="${MARGIN.left}" y1="${bottom}" x2="${right}" y2="${bottom}"/>${vertical}<text x="${MARGIN.left - 38}" y="11">${showInSvg(y.label)}</text><text x="${right}" y="${HEIGHT - 5}" text-anchor="end">${showInSvg(x.label)}</text>${content}`;
}

function picture(content: Html, captionId: string): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${captionId}">${content}</svg>`;
}

function linePath(points: Series["points"], x: Axis, y: Axis): string {
  let isDown = false;
  return points
    .map(([xValue, yValue]) => {
      if (yValue === null) {
        isDown = false;
        return "";
      }
      const command = isDown ? "L" : "M";
      isDown = true;
      return `${command}${placeX(x, xValue)} ${placeY(y, yValue)}`;
    })
    .join("");
}

/** What {@link lineChart} and {@link barChart} draw besides the data. */
export interface ChartOptions {
  /** Id of the figure's caption, which names the picture; see {@link figure}. */
  readonly captionId: string;
  /** Draws the line y = x, thin and dashed. */
  readonly hasDiagonal?: boolean;
}

/** Draws lines over common axes, with a legend where there are several. At most {@link MAX_SERIES} can be told apart. */
export function lineChart(x: Axis, y: Axis, series: readonly Series[], options: ChartOptions): Html {
  const lines = series.map(({ points, hasMarks }, index) => {
    const kind = `s${index % MAX_SERIES}`;
    const marks = hasMarks
      ? points.map(([xValue, yValue]) =>
          yValue === null
            ? null
            : html`<circle class="mark ${kind}" cx="${placeX(x, xValue)}" cy="${placeY(y, yValue)}" r="3"/>`,
        )
      : null;
    return html`<path class="series ${kind}" d="${linePath(points, x, y)}"/>${marks}`;
  });
  const low = Math.max(x.min, y.min);
  const high = Math.min(x.max, y.max);
  const diagonal = options.hasDiagonal
    ? html`<line class="ideal" x1="${placeX(x, low)}" y1="${placeY(y, low)}" x2="${placeX(x, high)}" y2="${placeY(y, high)}"/>`
    : null;
  return html`${picture(frame(x, y, [diagonal, ...lines]), options.captionId)}
${series.length > 1 ? legend(series, "line") : null}`;
}

/** Counts or shares that are stacked in each bin. */
export interface BarSeries {
  readonly name: Message;
  /** `[nBins]`, each ≥ 0. */
  readonly values: readonly number[];
}

/**
 * Draws bins of equal width over the x axis, the series stacked in their order.
 * @param series all with the same number of bins
 */
export function barChart(x: Axis, y: Axis, series: readonly BarSeries[], options: ChartOptions): Html {
  const nBins = series[0]?.values.length ?? 0;
  const binWidth = (x.max - x.min) / Math.max(1, nBins);
  const bars = Array.from({ length: nBins }, (_, bin) => {
    let below = 0;
    return series.map(({ values }, index) => {
      const value = values[bin] ?? 0;
      if (value === 0) return null;
      const left = placeX(x, x.min + bin * binWidth) + 1;
      const right = placeX(x, x.min + (bin + 1) * binWidth) - 1;
      const bottom = placeY(y, y.min + below);
      below += value;
      const top = placeY(y, y.min + below);
      return html`<rect class="fill s${index % MAX_SERIES}" x="${left}" y="${top}" width="${round(right - left)}" height="${round(bottom - top)}"/>`;
    });
  });
  return html`${picture(frame(x, y, bars), options.captionId)}
${series.length > 1 ? legend(series, "bar") : null}`;
}

function legend(series: readonly { readonly name: Message }[], kind: "line" | "bar"): Html {
  const swatch = (index: number): Html =>
    kind === "line"
      ? html`<path class="series s${index % MAX_SERIES}" d="M0 5H28"/>`
      : html`<rect class="fill s${index % MAX_SERIES}" width="28" height="10"/>`;
  return html`<ul class="legend">${series.map(
    ({ name }, index) => html`<li><svg viewBox="0 0 28 10" aria-hidden="true">${swatch(index)}</svg>${show(name)}</li>`,
  )}</ul>`;
}

export interface Figure {
  /** Unique within the page. */
  readonly id: string;
  readonly title: Message;
  /** How to read it, in a sentence. */
  readonly note?: Message;
  /** Makes the picture; its options must hold the caption's id. */
  readonly chart: (captionId: string) => Html;
  /** The same numbers for those who cannot see the picture. */
  readonly numbers?: Html;
}

/** Puts a picture under its caption, and its numbers behind a fold. */
export function figure({ id, title, note, chart, numbers }: Figure): Html {
  const captionId = `${id}-caption`;
  return html`<figure id="${id}"><figcaption><span id="${captionId}">${show(title)}</span>${
    note === undefined ? null : html`<small>${show(note)}</small>`
  }</figcaption>
${chart(captionId)}${
  numbers === undefined
    ? null
    : html`<details><summary>${show(message("숫자로 보기", "Numbers"))}</summary>${numbers}</details>`
}</figure>
`;
}

/**
 * Draws a share in [0, 1] as a bar, with its interval as a thin line. It says nothing to screen readers: the number must stand beside it.
 */
export function shareBar(share: number, interval?: readonly [low: number, high: number]): Html {
  const width = round(100 * share);
  const whisker =
    interval === undefined
      ? null
      : html`<line x1="${round(100 * interval[0])}" y1="5" x2="${round(100 * interval[1])}" y2="5" vector-effect="non-scaling-stroke"/>`;
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10"/><rect width="${width}" height="10"/>${whisker}</svg>`;
}
