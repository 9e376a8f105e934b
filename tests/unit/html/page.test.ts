import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { html } from "../../../src/html/html.js";
import { message } from "../../../src/html/message.js";
import { renderPage } from "../../../src/html/page.js";
import { table } from "../../../src/html/table.js";

const page = {
  title: message("보고서 <1>", "Report <1>"),
  summary: html`<p>summary</p>`,
  sections: [{ id: "labels", title: message("라벨", "Labels"), content: html`<p>content</p>` }],
  footer: html`footer`,
};

describe("renderPage", () => {
  it("lets in only its own styles and script, by hashes of what stands in the elements", async () => {
    const text = await renderPage(page, "ko");
    const policy = /content="(default-src[^"]*)"/.exec(text)?.[1]?.replaceAll("&#39;", "'") ?? "";
    for (const [directive, element] of [
      ["script-src", "script"],
      ["style-src", "style"],
    ] as const) {
      const content = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(text)?.[1] ?? "";
      expect(content.length).toBeGreaterThan(1000);
      expect(policy).toContain(`${directive} 'sha256-${createHash("sha256").update(content).digest("base64")}'`);
    }
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain("unsafe");
  });

  it("loads nothing and has no inline handlers and style attributes, which the policy would stop", async () => {
    const text = (await renderPage(page, "en")).replace(/<(style|script)>[\s\S]*?<\/\1>/g, "");
    expect(text).not.toMatch(/\s(?:src|style|on\w+)=/);
    expect(text).not.toMatch(/<(?:link|img|iframe|object|base)\b/);
    expect(text.match(/href="[^#"][^"]*"/)).toBeNull();
  });

  it("opens in the language asked for and holds both", async () => {
    const korean = await renderPage(page, "ko");
    expect(korean).toContain('<html lang="ko">');
    expect(korean).toContain('<title data-ko="보고서 &lt;1&gt;" data-en="Report &lt;1&gt;">보고서 &lt;1&gt;</title>');
    const english = await renderPage(page, "en");
    expect(english).toContain(">Report &lt;1&gt;</title>");
    for (const text of [korean, english]) {
      expect(text).toContain('<a href="#labels"><span lang="ko">라벨</span><span lang="en">Labels</span></a>');
    }
  });

  it("is the same for the same content", async () => {
    expect(await renderPage(page, "ko")).toBe(await renderPage(page, "ko"));
  });
});

describe("table", () => {
  it("has headers of columns and rows, and numbers to the right", () => {
    const { source } = table([{ head: "Label" }, { head: "F1", isNumeric: true }], [["경제 & 금융", "0.5"]], {
      caption: "Labels",
      footer: [["Mean", "0.5"]],
    });
    expect(source).toContain("<caption>Labels</caption>");
    expect(source).toContain('<th scope="col">Label</th><th scope="col" class="number">F1</th>');
    expect(source).toContain('<th scope="row">경제 &amp; 금융</th><td class="number">0.5</td>');
    expect(source).toMatch(/<tfoot>\s*<tr><th scope="row">Mean<\/th>/);
  });
});
