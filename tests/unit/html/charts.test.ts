import { describe, expect, it } from "vitest";
import { barChart, figure, lineChart, shareAxis, shareBar, valueAxis } from "../../../src/html/charts.js";
import { html } from "../../../src/html/html.js";
import { message, plain } from "../../../src/html/message.js";

const share = shareAxis(plain("share"));

describe("valueAxis", () => {
  it.each([
    // Spans of 0.87 and five ticks: the step is 0.2, from 0.2 below to 1.2 above.
    [
      [0.31, 1.18],
      [0.2, 0.4, 0.6, 0.8, 1, 1.2],
      ["0.2", "0.4", "0.6", "0.8", "1.0", "1.2"],
    ],
    [
      [1, 7],
      [0, 2, 4, 6, 8],
      ["0", "2", "4", "6", "8"],
    ],
    [
      [12_000, 90_000],
      [0, 20_000, 40_000, 60_000, 80_000, 100_000],
      ["0", "20,000", "40,000", "60,000", "80,000", "100,000"],
    ],
  ])("gives %j round ticks around it", (values, ticks, shown) => {
    const axis = valueAxis(plain("x"), values);
    expect(axis.ticks.map((tick) => Number(tick.toFixed(9)))).toEqual(ticks);
    expect(axis.ticks.map(axis.format)).toEqual(shown);
    expect(axis.min).toBeLessThanOrEqual(Math.min(...values));
    expect(axis.max).toBeGreaterThanOrEqual(Math.max(...values));
  });

  it("begins counts at 0 and gives them whole steps", () => {
    const axis = valueAxis(plain("documents"), [2, 3], { isCount: true });
    expect(axis.ticks).toEqual([0, 1, 2, 3]);
  });

  it("has room where there is one value or none", () => {
    for (const values of [[], [5], [0.25, 0.25]]) {
      const axis = valueAxis(plain("x"), values);
      expect(axis.max).toBeGreaterThan(axis.min);
      expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
    }
  });
});

describe("lineChart", () => {
  it("places points by the axes and breaks the line where there is no value", () => {
    const points = [
      [0, 0],
      [0.5, 0.5],
      [0.75, null],
      [1, 1],
    ] as const;
    const { source } = lineChart(share, share, [{ name: plain("a"), points, hasMarks: true }], { captionId: "c" });
    // The inner field is 296 x 174 from (44, 26): x = 44 + 296 v, y = 200 - 174 v.
    expect(source).toContain('d="M44 200L192 113M340 26"');
    expect(source.match(/<circle/g)).toHaveLength(3);
    expect(source).toContain('role="img" aria-labelledby="c"');
  });

  it("has a legend where there are several series", () => {
    const series = [
      { name: message("가", "a"), points: [] },
      { name: message("나", "b"), points: [] },
    ];
    expect(lineChart(share, share, series.slice(0, 1), { captionId: "c" }).source).not.toContain("legend");
    expect(lineChart(share, share, series, { captionId: "c" }).source).toContain('<span lang="en">b</span>');
  });
});

describe("barChart", () => {
  it("stacks the series in each bin and leaves out empty bars", () => {
    const series = [
      { name: plain("a"), values: [0.5, 0] },
      { name: plain("b"), values: [0.25, 1] },
    ];
    const { source } = barChart(share, share, series, { captionId: "c" });
    // Heights are 174 v; the second bar of the first bin stands on the first: 200 - 174 * 0.75 = 69.5.
    expect(
      [...source.matchAll(/<rect class="fill (s\d)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map(
        (m) => m.slice(1),
      ),
    ).toEqual([
      ["s0", "113", "87"],
      ["s1", "69.5", "43.5"],
      ["s1", "26", "174"],
    ]);
  });
});

describe("figure", () => {
  it("names the picture by its caption and keeps the numbers behind a fold", () => {
    const { source } = figure({
      id: "curve",
      title: message("곡선", "Curve"),
      chart: (captionId) => html`<svg aria-labelledby="${captionId}"></svg>`,
      numbers: html`<table></table>`,
    });
    expect(source).toContain('<span id="curve-caption">');
    expect(source).toContain('aria-labelledby="curve-caption"');
    expect(source).toMatch(/<details><summary>.*<\/summary><table><\/table><\/details>/);
  });
});

describe("shareBar", () => {
  it("draws the share and its interval", () => {
    const { source } = shareBar(0.25, [0.2, 0.3]);
    expect(source).toContain('<rect width="25" height="10"/>');
    expect(source).toContain('x1="20" y1="5" x2="30"');
  });
});
