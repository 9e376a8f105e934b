import { describe, expect, it } from "vitest";
import { CorpusTerms } from "../../../src/doctor/corpus-terms.js";
import { findLeaks } from "../../../src/doctor/leaks.js";

const noCopies = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, place) => place);

function articles(label: string, n: number, ending: string) {
  return Array.from({ length: n }, (_, i) => ({
    title: "",
    body: `${label} 소식 ${"가나다라마바사"[i]}. ${ending}`,
    label,
  }));
}

function corpusOf(
  all: readonly { readonly label: string }[],
  terms: (place: number) => readonly string[],
): CorpusTerms {
  const corpus = new CorpusTerms([...new Set(all.map(({ label }) => label))]);
  for (const [place, { label }] of all.entries()) corpus.add(terms(place), label);
  return corpus;
}

describe("findLeaks", () => {
  it("finds a sentence that stands under one label only, digits aside", () => {
    const all = [
      ...articles("경제", 5, "").map((each, i) => ({ ...each, body: `${each.body} 시세 문의는 ${i}번 창구로.` })),
      ...articles("체육", 5, "경기 결과는 다음 면에."),
      ...articles("정치", 1, "경기 결과는 다음 면에."),
    ];
    // The second sentence is under two labels: 5 of 6 articles, 0.83 < 0.98.
    expect(
      findLeaks(
        all,
        noCopies(11),
        corpusOf(all, () => []),
      ),
    ).toEqual([
      {
        kind: "repeated-sentence",
        mark: "시세 문의는 0번 창구로.",
        label: "경제",
        nArticles: 5,
        precision: 1,
        recall: 1,
      },
    ]);
  });

  it("finds a term that alone covers a tenth of its label", () => {
    const all = [...articles("경제", 6, ""), ...articles("체육", 6, "")];
    const leaks = findLeaks(
      all,
      noCopies(12),
      corpusOf(all, (place) => (place < 5 ? ["증권부/NNG"] : ["오늘/NNG"])),
    );
    expect(leaks).toEqual([
      // 오늘 is under both labels: 6 of 7 articles.
      { kind: "term", mark: "증권부/NNG", label: "경제", nArticles: 5, precision: 1, recall: 5 / 6 },
    ]);
  });

  it("counts copies of one article once", () => {
    const all = articles("경제", 6, "같은 글에 붙은 같은 문장.");
    const copies = Uint32Array.from({ length: 6 }, () => 0);
    expect(
      findLeaks(
        all,
        copies,
        corpusOf(all, () => []),
      ),
    ).toEqual([]);
  });
});
