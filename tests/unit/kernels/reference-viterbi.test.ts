import { describe, expect, it } from "vitest";
import { loadDictionary } from "../../../src/io/dictionary-file.js";
import { ReferenceViterbi } from "../../../src/kernels/reference-viterbi.js";
import { MecabTokenizer } from "../../../src/morph/mecab-tokenizer.js";
import { CONTEXT, entry, smallDictionary } from "../morph/small-dictionary.js";

const { boundary, noun, particle, unknown } = CONTEXT;

/** "surface/tag:running total" for each token. */
async function path(text: string, dictionary: Awaited<ReturnType<typeof smallDictionary>>): Promise<string[]> {
  const tokens: string[] = [];
  new MecabTokenizer(dictionary).visit(text, (id, start, end, total) => {
    tokens.push(`${text.slice(start, end)}/${dictionary.tag(id)}:${total}`);
  });
  return tokens;
}

describe("ReferenceViterbi", () => {
  it("takes the path of least total cost", async () => {
    const dictionary = await smallDictionary(
      [
        entry("나", noun, 100, { tag: "NP" }),
        entry("나라", noun, 500, { tag: "NNG" }),
        entry("라", particle, 300, { tag: "JX" }),
      ],
      { [`${boundary},${noun}`]: 10, [`${noun},${particle}`]: 50, [`${noun},${boundary}`]: 5 },
    );
    // 나+라: (10 + 100) + (50 + 300) = 460, and 라 → end 0: 460. 나라: 10 + 500 = 510, then 5: 515.
    expect(await path("나라", dictionary)).toEqual(["나/NP:110", "라/JX:460"]);
  });

  it("counts the step to the end of the sentence", async () => {
    const dictionary = await smallDictionary(
      [
        entry("나", noun, 100, { tag: "NP" }),
        entry("나라", noun, 500, { tag: "NNG" }),
        entry("라", particle, 300, { tag: "JX" }),
      ],
      { [`${particle},${boundary}`]: 200 },
    );
    // 나+라: 100 + 300 + 200 = 600; 나라: 500.
    expect(await path("나라", dictionary)).toEqual(["나라/NNG:500"]);
  });

  it("adds the penalty of the right word, and only where white space was skipped", async () => {
    const dictionary = await smallDictionary([
      entry("나", noun, 100, { tag: "NP" }),
      entry("는", particle, 50, { tag: "JX" }, 6_000),
      entry("는", noun, 400, { tag: "NNG" }),
    ]);
    // Joined: 100 + 50. Apart: particle 100 + 50 + 6000, noun 100 + 400. At the beginning white space counts as well.
    expect(await path("나는", dictionary)).toEqual(["나/NP:100", "는/JX:150"]);
    expect(await path("나  는", dictionary)).toEqual(["나/NP:100", "는/NNG:500"]);
    expect(await path(" 는", dictionary)).toEqual(["는/NNG:400"]);
  });

  it("prefers the shorter last word at equal totals", async () => {
    const dictionary = await smallDictionary([
      entry("가", noun, 100, { tag: "A" }),
      entry("가나", noun, 100, { tag: "B" }),
      entry("나다", noun, 100, { tag: "C" }),
      entry("다", noun, 100, { tag: "D" }),
    ]);
    // 가+나다 = 가나+다 = 200; the list of nodes that end at 3 begins with the later lookup position, 다.
    expect(await path("가나다", dictionary)).toEqual(["가나/B:100", "다/D:200"]);
  });

  it("prefers the earlier entry of one surface at equal totals, with equal and with different contexts", async () => {
    const first = entry("가", particle, 100, { tag: "FIRST" });
    const second = entry("가", noun, 100, { tag: "SECOND" });
    const third = entry("가", particle, 100, { tag: "THIRD" });
    expect(await path("가", await smallDictionary([first, second, third]))).toEqual(["가/FIRST:100"]);
    expect(await path("가", await smallDictionary([second, third, first]))).toEqual(["가/SECOND:100"]);
    expect(await path("가", await smallDictionary([third, first, second]))).toEqual(["가/THIRD:100"]);
  });

  it("keeps a cheaper node of a context at its own place in the order of ties", async () => {
    // All end at 1. Particles cost 150, then 100; the noun between them 100: it comes first among the cheapest.
    const dictionary = await smallDictionary([
      entry("가", particle, 150, { tag: "DEAR" }),
      entry("가", noun, 100, { tag: "FIRST" }),
      entry("가", particle, 100, { tag: "LATER" }),
    ]);
    expect(await path("가", dictionary)).toEqual(["가/FIRST:100"]);
  });

  it("prefers a dictionary word to an unknown one at equal totals", async () => {
    // Unknown letters cost 800 (ALPHA is always offered as unknown).
    const dictionary = await smallDictionary([entry("ab", unknown, 800, { tag: "NNG" })]);
    expect(await path("ab", dictionary)).toEqual(["ab/NNG:800"]);
  });

  it("offers unknown Hangul as the run, one and two characters, only where no word starts", async () => {
    const dictionary = await smallDictionary([entry("다라", noun, 100, { tag: "NNG" })]);
    // 가 + 나 would cost 18000, 가나 (two characters) 9000, then 다라 100; the whole run 9000 is cheaper.
    expect(await path("가나다라", dictionary)).toEqual(["가나다라/UNKNOWN:9000"]);
    // At 다 a word starts and HANGUL does not invoke unknown words: 다라 is the only node there.
    expect(await path("다라마", dictionary)).toEqual(["다라/NNG:100", "마/UNKNOWN:9100"]);
  });

  it("drops trailing white space, unless a word that holds it ends there", async () => {
    const dictionary = await smallDictionary([
      entry("에듀", noun, 100, { tag: "NNG" }),
      entry("에듀 ", noun, 5_000, { tag: "NNP" }),
    ]);
    expect(await path("에듀\n", dictionary)).toEqual(["에듀/NNG:100"]);
    expect(await path("에듀 ", dictionary)).toEqual(["에듀 /NNP:5000"]);
    expect(await path("에듀  ", dictionary)).toEqual(["에듀 /NNP:5000"]);
  });

  it("counts a character above U+FFFF as one, of the default category", async () => {
    const dictionary = await smallDictionary([entry("가", noun, 100, { tag: "NNG" })]);
    expect(await path("😀😀가", dictionary)).toEqual(["😀😀/SY:3000", "가/NNG:3100"]);
    // 25 of them are one group (50 units); of 26 one is split off.
    expect(await path("😀".repeat(25), dictionary)).toHaveLength(1);
    expect(await path("😀".repeat(26), dictionary)).toHaveLength(2);
  });

  it("gives the worked totals of mecab-ko for 아버지가 방에 들어가신다", async () => {
    const dictionary = await loadDictionary();
    // 1604 = -1133 + 2737; the step to the end, -989 after 1402, would give the sentence's total 413.
    expect(await path("아버지가 방에 들어가신다", dictionary)).toEqual([
      "아버지/NNG:1604",
      "가/JKS:612",
      "방/NNG:6109",
      "에/JKB:303",
      "들어가/VV:1263",
      "신다/EP+EC:1402",
    ]);
    const kernel = new ReferenceViterbi(dictionary.tables);
    const { connections, columnOffsets, rowStride, endLeft, classRight, wordClasses, wordStride } = dictionary.tables;
    const text = "아버지가 방에 들어가신다";
    const input = kernel.input(text.length);
    for (let i = 0; i < text.length; i++) input[i] = text.charCodeAt(i);
    const last = kernel.run(text.length) - 1;
    const right = classRight[wordClasses[kernel.wordIds[last]! * wordStride]!]!;
    expect(kernel.totals[last]! + connections[endLeft * rowStride + columnOffsets[right]!]!).toBe(413);
  });
});
