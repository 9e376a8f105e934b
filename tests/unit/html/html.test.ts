import { describe, expect, it } from "vitest";
import { escapeHtml, html, trustHtml } from "../../../src/html/html.js";

describe("html", () => {
  it("escapes what is put in, in elements and in quoted attributes", () => {
    const title = `<script>alert("1 & '2'")</script>`;
    expect(html`<p title="${title}">${title}</p>`.source).toBe(
      '<p title="&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;">&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;</p>',
    );
  });

  it("takes parts of pages as they are and joins lists", () => {
    const items = ["ㄱ", "ㄴ"].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}${null}${0}</ul>${trustHtml("<hr>")}`.source).toBe("<ul><li>ㄱ</li><li>ㄴ</li>0</ul><hr>");
  });

  it("does not take an object that only looks like a part of a page", () => {
    const forged = { source: "<b>" } as unknown as string;
    expect(() => html`${forged}`.source).toThrow(TypeError);
  });

  it("replaces control characters, lone surrogates and turns of the reading direction", () => {
    expect(escapeHtml("가\0나\u202E다\uD800라\uDC00마\n바\t😀")).toBe("가\uFFFD나\uFFFD다\uFFFD라\uFFFD마\n바\t😀");
  });
});
