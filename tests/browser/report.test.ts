/**
 * The report and the doctor's page in Chromium. After a change of its looks on purpose, renew the pictures in docs/images with
 *
 *   NEWSCLF_UPDATE_IMAGES=1 npm run test:browser
 *
 * and look at them. The browser is /usr/bin/chromium, or the program that NEWSCLF_CHROMIUM names.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, examine } from "../../src/doctor/examine.js";
import { formatDoctorHtml } from "../../src/doctor/format-doctor-html.js";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { formatReportHtml } from "../../src/evaluation/format-report-html.js";
import { describeModel } from "../../src/evaluation/model-card.js";
import type { EvaluationReport } from "../../src/evaluation/report.js";
import { readArticles } from "../../src/io/read-articles.js";
import type { LabeledArticle } from "../../src/text/article.js";
import { train } from "../../src/train.js";

const ROOT = path.resolve(import.meta.dirname, "../..");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const isUpdate = process.env["NEWSCLF_UPDATE_IMAGES"] === "1";

/** Phone, tablet and wide screen. */
const SCREENS = [
  { name: "phone", width: 360, height: 740, columns: 2 },
  { name: "tablet", width: 768, height: 1024, columns: 4 },
  { name: "wide", width: 1280, height: 900, columns: 6 },
] as const;

/** Mean difference of two pictures drawn small, as a share of the full range, that other fonts may make. */
const MAX_DIFFERENCE = 0.06;

let folder = "";
let browser: Browser;
let report: EvaluationReport;
const addresses = { report: "", doctor: "" };
const faults: string[] = [];

/** What the doctor says of articles with every kind of fault. */
function examineFaulty(articles: readonly LabeledArticle[]) {
  const datasetOf = (name: string, rows: readonly LabeledArticle[]): Dataset => ({
    name,
    articles: rows,
    sources: rows.map(() => name),
    lines: rows.map((_, index) => index + 2),
    files: [
      {
        source: name,
        encoding: "utf-8",
        sha256: null,
        nRows: rows.length + 1,
        nBlankLines: 0,
        rejected: [{ reason: "empty-text", nRows: 1, lines: [rows.length + 2] }],
      },
    ],
  });
  const some = articles.filter((_, index) => index % 4 === 0);
  const [first, second, third] = some as [LabeledArticle, LabeledArticle, LabeledArticle];
  const faulty = [
    ...some.map((article, index) =>
      index % 20 === 0 ? { ...article, body: `(서울=가온통신) ${article.body}` } : article,
    ),
    { ...first, label: `${first.label} ` },
    { ...second, label: third.label },
    { ...third, body: third.body.repeat(20) },
    { title: "", body: "All of this is in another script than the other articles.", label: third.label },
  ];
  return examine(
    datasetOf("data/news.csv", faulty),
    { folds: 2 },
    { against: datasetOf("data/later.csv", some.slice(0, 40)) },
  );
}

beforeAll(async () => {
  const articles: LabeledArticle[] = [];
  for await (const { article } of readArticles(path.join(ROOT, "data/news.csv"))) articles.push(article);
  const { classifier, history, validation } = await train(articles, {
    validationFraction: 0.3,
    optimizer: { epochs: 8, minSteps: 1 },
    vectorizer: { maxFeatures: 8000 },
  });
  const { metadata } = classifier;
  report = evaluate(
    classifier,
    validation.map(({ article }) => article),
    {
      context: {
        split: {
          kind: "validation",
          source: "data/news.csv",
          validationFraction: 0.3,
          seed: metadata.settings.seed,
          isRefitted: true,
        },
        files: [{ source: "data/news.csv", sha256: "0".repeat(64) }],
        mergedLabels: [{ spelling: "IT·과학", label: "IT과학", nArticles: 12 }],
        articles: {
          nRead: articles.length,
          nRejected: 0,
          nExcluded: 0,
          nTrain: metadata.nDocuments,
          nValidation: metadata.nValidationDocuments,
        },
        trainSupport: metadata.trainSupport,
        learningCurve: history,
        selectedEpoch: metadata.selectedEpochs[0].epoch,
        model: await describeModel(classifier.toBytes()),
        run: {
          command: ["newsclf", "train", "data/news.csv", "--validation-fraction", "0.3"],
          version: "0.0.0",
          runtime: "node",
          durationMs: 1000,
          documentsPerSecond: 1000,
        },
      },
    },
  );
  folder = mkdtempSync(path.join(tmpdir(), "newsclf-browser-"));
  const place = (name: keyof typeof addresses, page: string): void => {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, page);
    addresses[name] = pathToFileURL(file).href;
  };
  place("report", await formatReportHtml(report, { language: "ko" }));
  place("doctor", await formatDoctorHtml(await examineFaulty(articles), { language: "ko" }));
  const executablePath = process.env["NEWSCLF_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} does not exist; install chromium, or name it with NEWSCLF_CHROMIUM`);
  }
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Visit {
  readonly name?: keyof typeof addresses;
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

/** Opens a page, the report if no other is named; what goes wrong in it, and each request that leaves the file, is noted. */
async function visit({
  name = "report",
  width = 1280,
  height = 900,
  colorScheme = "light",
  ...options
}: Visit = {}): Promise<Page> {
  const address = addresses[name];
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, ...options });
  const page = await context.newPage();
  page.on("console", (entry) => {
    if (entry.type() === "error" || entry.type() === "warning") faults.push(entry.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== address) faults.push(`request for ${request.url()}`);
  });
  await page.goto(address);
  return page;
}

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(faults.splice(0)).toEqual([]);
});

/** Cells with articles: the number of the true and the predicted label, and how many articles are shown. */
function firstConfusion(): { trueIndex: number; predictedIndex: number; nShown: number } {
  const labels = report.labels.map(({ label }) => label);
  for (const [trueIndex, trueLabel] of labels.entries()) {
    for (const [predictedIndex, predictedLabel] of labels.entries()) {
      const nShown = report.examples.filter(
        (each) => each.trueLabel === trueLabel && each.predictedLabel === predictedLabel,
      ).length;
      if (trueIndex !== predictedIndex && nShown > 0) return { trueIndex, predictedIndex, nShown };
    }
  }
  throw new Error("the report has no confusion");
}

const shownItems = (page: Page) => page.locator("#examples [data-item]:not([hidden])").count();

describe("report.html in a browser", () => {
  it("leads from a cell of the matrix to its articles", async () => {
    const page = await visit();
    const { trueIndex, predictedIndex, nShown } = firstConfusion();
    await page.click(`.heat a[href="#cell-${trueIndex}-${predictedIndex}"]`);
    expect(await shownItems(page)).toBe(nShown);
    expect(await page.locator("[data-count]").textContent()).toBe(String(nShown));
    expect(await page.locator("select[name=true]").inputValue()).toBe(String(trueIndex));
    expect(await page.locator(`#cell-${trueIndex}-${predictedIndex}`).isVisible()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.closest("section")?.id)).toBe("articles");
    await page.click("#articles button[type=reset]");
    await page.waitForFunction(
      (n) => document.querySelector("[data-count]")?.textContent === n,
      String(report.examples.length),
    );
  });

  it("does so by keyboard alone", async () => {
    const page = await visit();
    const { trueIndex, predictedIndex, nShown } = firstConfusion();
    await page.focus(`.heat a[href="#cell-${trueIndex}-${predictedIndex}"]`);
    await page.keyboard.press("Enter");
    expect(await shownItems(page)).toBe(nShown);
  });

  it("finds articles by words and by result", async () => {
    const page = await visit();
    const wanted = report.examples[0]?.title ?? "";
    await page.fill("input[type=search]", wanted.toUpperCase());
    expect(await shownItems(page)).toBe(report.examples.filter(({ title }) => title === wanted).length);
    await page.fill("input[type=search]", "");
    await page.selectOption("select[name=result]", "wrong");
    expect(await shownItems(page)).toBe(
      report.examples.filter(({ trueLabel, predictedLabel }) => trueLabel !== predictedLabel).length,
    );
  });

  it("switches language and theme", async () => {
    const page = await visit();
    expect(await page.locator("h1").innerText()).toBe("평가 보고서");
    await page.click("[data-set-language=en]");
    expect(await page.locator("h1").innerText()).toBe("Evaluation report");
    expect(await page.title()).toBe("Evaluation report");
    expect(await page.locator("select[name=result] option").allInnerTexts()).toEqual(["All", "Wrong", "Right"]);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.click("[data-switch-theme]");
    expect(await ground()).toBe("rgb(16, 21, 27)");
  });

  it("shows everything without its script", async () => {
    const page = await visit({ javaScriptEnabled: false });
    expect(await page.locator(".filter").isVisible()).toBe(false);
    expect(await page.locator(".switches").isVisible()).toBe(false);
    expect(await page.locator("#examples [data-item]").count()).toBe(report.examples.length);
    const { trueIndex, predictedIndex } = firstConfusion();
    await page.click(`.heat a[href="#cell-${trueIndex}-${predictedIndex}"]`);
    expect(page.url()).toContain(`#cell-${trueIndex}-${predictedIndex}`);
  });

  it("prints in light colours, without switches", async () => {
    const page = await visit({ colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("light");
    expect(await page.locator(".switches").isVisible()).toBe(false);
  });

  it("marks the words that speak for a prediction, and those against it", async () => {
    const page = await visit();
    expect(await page.locator("#errors mark:not(.against)").count()).toBeGreaterThan(1);
    expect(await page.locator("#errors mark.against").count()).toBeGreaterThan(1);
  });
});

/** Mean difference of two PNGs, each drawn 64 pixels wide, as a share of the full range. */
async function differenceOf(first: Buffer, second: Buffer): Promise<number> {
  const page = await (await browser.newContext()).newPage();
  return page.evaluate(
    async ([a, b]) => {
      const pixelsOf = async (base64: string): Promise<Uint8ClampedArray> => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        canvas.width = 64;
        canvas.height = Math.round((64 * image.height) / image.width);
        const context = canvas.getContext("2d");
        if (context === null) throw new Error("no canvas");
        context.imageSmoothingQuality = "high";
        context.drawImage(image, 0, 0, canvas.width, canvas.height);
        return context.getImageData(0, 0, canvas.width, canvas.height).data;
      };
      const [left, right] = [await pixelsOf(a), await pixelsOf(b)];
      if (left.length !== right.length) return 1;
      return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length / 255;
    },
    [first.toString("base64"), second.toString("base64")] as const,
  );
}

describe.each(["report", "doctor"] as const)("%s.html", (name) => {
  it.each([
    ["light", "ko"],
    ["dark", "en"],
  ] as const)("has nothing that axe-core finds serious, %s, %s", async (colorScheme, language) => {
    const page = await visit({ name, colorScheme });
    await page.click(`[data-set-language=${language}]`);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    // The driver's own channel: the page's policy rightly lets no script in.
    await page.evaluate(AXE);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const found = (await axe.run()).violations;
      return found.map(({ id, impact, nodes }) => ({ id, impact, example: nodes[0]?.html.slice(0, 200) }));
    });
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
  });

  it.each(SCREENS)("fits a $name screen in both languages", async ({ width, height }) => {
    const page = await visit({ name, width, height });
    for (const language of ["ko", "en"]) {
      await page.click(`[data-set-language=${language}]`);
      const layout = await page.evaluate(() => {
        const boxes = (selector: string) =>
          [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
        return {
          overflow: document.documentElement.scrollWidth - innerWidth,
          outside: boxes("main > section, .scroll, figure").filter(
            ({ left, right }) => left < 0 || right > innerWidth + 1,
          ).length,
          overlapping: boxes("main > section").filter(
            (box, index, all) => index > 0 && box.top < (all[index - 1]?.bottom ?? 0) - 1,
          ).length,
        };
      });
      expect(layout).toEqual({ overflow: 0, outside: 0, overlapping: 0 });
    }
  });
});

describe("doctor.html in a browser", () => {
  it("switches language", async () => {
    const page = await visit({ name: "doctor" });
    const korean = await page.locator("h1").innerText();
    await page.click("[data-set-language=en]");
    expect(await page.locator("h1").innerText()).not.toBe(korean);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("shows everything without its script", async () => {
    const page = await visit({ name: "doctor", javaScriptEnabled: false });
    expect(await page.locator(".switches").isVisible()).toBe(false);
    expect(await page.locator("main > section").count()).toBeGreaterThan(5);
  });
});

describe.each(SCREENS)("report.html on a $name screen", ({ name, width, height, columns }) => {
  it("puts its headline numbers side by side as the width allows", async () => {
    const page = await visit({ width, height });
    const nColumns = await page.evaluate(
      () =>
        new Set(Array.from(document.querySelectorAll(".cards li"), (each) => each.getBoundingClientRect().left)).size,
    );
    expect(Math.abs(nColumns - columns)).toBeLessThanOrEqual(1);
  });

  it("looks as in docs/images", async () => {
    const page = await visit({ width, height, colorScheme: name === "tablet" ? "dark" : "light" });
    const picture = await page.screenshot();
    const file = path.join(ROOT, `docs/images/report-${name}.png`);
    if (isUpdate) writeFileSync(file, picture);
    expect(existsSync(file), `${file} is in the repository`).toBe(true);
    expect(await differenceOf(picture, readFileSync(file))).toBeLessThanOrEqual(MAX_DIFFERENCE);
  });
});
