/** The fenced code blocks of a Markdown page, for tests that run them. */

export interface Block {
  /** First word after the fence: "console", "js", "csv" … */
  readonly language: string;
  /** Rest of the line after the fence; "" when there is none. */
  readonly title: string;
  /** Text between the fences, with its last line end. */
  readonly content: string;
}

const BLOCK = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;

export function parseBlocks(page: string): readonly Block[] {
  return Array.from(page.matchAll(BLOCK), ([, language = "", title = "", content = ""]) => ({
    language,
    title,
    content,
  }));
}

/** The page with each block's content replaced; `contents` has one text for each block, in order. */
export function replaceBlocks(page: string, contents: readonly string[]): string {
  let place = 0;
  return page.replaceAll(BLOCK, (_block, language: string, title: string | undefined) => {
    const content = contents[place++];
    return `\`\`\`${language}${title === undefined ? "" : ` ${title}`}\n${content}\`\`\``;
  });
}

/** A command of a console block and the lines that the page shows below it. */
export interface Step {
  readonly command: string;
  readonly shown: readonly string[];
}

const PROMPT = "$ ";

export function parseSteps(content: string): readonly Step[] {
  const steps: { command: string; shown: string[] }[] = [];
  for (const line of content.trimEnd().split("\n")) {
    if (line.startsWith(PROMPT)) steps.push({ command: line.slice(PROMPT.length), shown: [] });
    else if (steps.length === 0) throw new Error(`a console block begins with "${PROMPT}"; got ${line}`);
    else steps.at(-1)?.shown.push(line);
  }
  return steps;
}

const LEFT_OUT = "…";

/** The lines with a middle part left out where the shown lines leave one out: as many before and after it are kept. */
export function abridge(lines: readonly string[], shown: readonly string[]): readonly string[] {
  const nBefore = shown.indexOf(LEFT_OUT);
  if (nBefore === -1) return lines;
  const nAfter = shown.length - nBefore - 1;
  if (nBefore + nAfter >= lines.length) return lines;
  return [...lines.slice(0, nBefore), LEFT_OUT, ...lines.slice(lines.length - nAfter)];
}

/** Splits a command as a shell does: words, of which some stand in quotes; no other signs of a shell. */
export function splitWords(command: string): readonly string[] {
  const words = Array.from(command.matchAll(/"([^"\\$`]*)"|'([^']*)'|([^\s"'|<>&;$`\\*]+)/g));
  if (words.map(([text]) => text).join(" ") !== command.trim()) throw new Error(`cannot split: ${command}`);
  return words.map(([, double, single, bare]) => (double ?? single ?? bare) as string);
}
