/** Texts that nearly match an expression, as long as one likes. */

import type { Part } from "./step-counter.js";

type Alternatives = readonly (readonly Part[])[];

/** Of each kind of characters that expressions ask for; the first that fits is taken. */
const POOL = [
  ..."a0 가-.A_z9",
  ..."\n\r\t\u0085\u2028\u00a0ㄱ漢ー",
  ..."()[]{}<>【】〈〉《》'\"“”‘’`",
  ..."&;:：,、·…!?/\\|ㅣ@#*+=＝~^$%",
  ..."▶▷►☞➡👉☎☏※■◆△▲▼▽ⓒ©",
  ..."\0\u0300\u200b\u1100\u1161\u11a8\ud800\udc00😀",
];

/** A text that an expression matches, with the part that asks for each character. */
type Word = readonly { readonly character: string; readonly part: Part & { kind: "character" } }[];

function samplesOf({ source, test }: Part & { kind: "character" }): readonly string[] {
  return [source, ...Array.from(source), ...POOL].filter((character, i, all) => {
    return test(character) && all.indexOf(character) === i;
  });
}

/** One text for each alternative anywhere in the parts, the others being the first. */
function wordsOfParts(parts: readonly Part[]): readonly Word[] {
  const choices = parts.map(wordsOfPart);
  const firsts = choices.map(([first = []]) => first);
  const others = choices.flatMap((words, i) => words.slice(1).map((word) => firsts.with(i, word)));
  return [firsts, ...others].map((words) => words.flat());
}

function wordsOf(alternatives: Alternatives): readonly Word[] {
  return alternatives.flatMap(wordsOfParts);
}

function wordsOfPart(part: Part): readonly Word[] {
  switch (part.kind) {
    case "character": {
      const [character] = samplesOf(part);
      // A class that nothing fits: the expression matches nothing.
      return character === undefined ? [[]] : [[{ character, part }]];
    }
    case "edge":
    case "look":
      return [[]];
    case "group":
      return wordsOf(part.alternatives);
    case "repeat":
      return wordsOfPart(part.part).map((word) =>
        Array.from({ length: Math.min(Math.max(1, part.least), part.most) }, () => word).flat(),
      );
  }
}

/** Ends that no expression goes on with. */
const END = "\0";
/** Characters of a kind that are tried: where two kinds overlap, one of these is in both. */
const N_SAMPLES = 3;

/**
 * Makes functions from a length to a text of about that many characters: runs of each kind of characters; what the expression matches
 * up to each place and then a run of what fits there, alone or with the rest behind it; and pieces of it again and again.
 */
export function hostileTexts(alternatives: Alternatives): readonly ((length: number) => string)[] {
  const makers = new Map<string, (length: number) => string>();
  const add = (before: string, pumped: string, after: string): void => {
    if (pumped === "") return;
    makers.set(JSON.stringify([before, pumped, after]), (length) => {
      return before + pumped.repeat(Math.ceil(length / pumped.length)) + after;
    });
  };
  for (const character of POOL) add("", character, END);
  for (const word of wordsOf(alternatives)) {
    const text = word.map(({ character }) => character);
    for (const [i, { part }] of word.entries()) {
      const before = text.slice(0, i).join("");
      const after = text.slice(i + 1).join("");
      for (const sample of [...samplesOf(part).slice(0, N_SAMPLES), " "]) {
        add(before, sample, END);
        add(before, sample, after + END);
      }
      add(before, text.slice(i, i + 2).join(""), END);
      add("", text.slice(0, i + 1).join(""), END);
      add(before, `${text[i] as string} `, END);
    }
  }
  return [...makers.values()];
}
