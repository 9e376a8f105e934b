/**
 * Counts the steps of a backtracking search, so that growth shows without a clock. Syntax that no expression of src/ has is refused.
 *
 * A step is one character compared, or one way tried; V8 takes about as many, since it remembers nothing of the ways that failed.
 */

/** Part of an expression. */
export type Part =
  | { readonly kind: "character"; readonly source: string; readonly test: (character: string) => boolean }
  /** Holds between two characters, undefined outside of the text. */
  | { readonly kind: "edge"; readonly test: (before: string | undefined, after: string | undefined) => boolean }
  | { readonly kind: "group"; readonly alternatives: readonly (readonly Part[])[] }
  | {
      readonly kind: "look";
      readonly isBehind: boolean;
      readonly isNegative: boolean;
      readonly alternatives: readonly (readonly Part[])[];
    }
  | {
      readonly kind: "repeat";
      readonly part: Part;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    };

type Alternatives = readonly (readonly Part[])[];

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /\w/.test(character);

class Parser {
  readonly #source: string;
  readonly #flags: string;
  #place = 0;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags;
  }

  parse(): Alternatives {
    const alternatives = this.#alternatives();
    if (this.#place < this.#source.length) throw this.#unknown();
    return alternatives;
  }

  #unknown(): Error {
    return new Error(`/${this.#source}/: what stands at ${this.#place} is not known here`);
  }

  /** Takes what the pattern finds at this place. */
  #take(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, "suy");
    sticky.lastIndex = this.#place;
    const match = sticky.exec(this.#source);
    if (match !== null) this.#place = sticky.lastIndex;
    return match;
  }

  #alternatives(): Alternatives {
    const alternatives: Part[][] = [[]];
    while (this.#place < this.#source.length && this.#source[this.#place] !== ")") {
      if (this.#take(/\|/) !== null) alternatives.push([]);
      else (alternatives.at(-1) as Part[]).push(this.#quantified(this.#part()));
    }
    return alternatives;
  }

  #part(): Part {
    const look = this.#take(/\(\?(<?)([=!])/);
    if (look !== null) {
      const alternatives = this.#closed();
      return { kind: "look", isBehind: look[1] === "<", isNegative: look[2] === "!", alternatives };
    }
    if (this.#take(/\(\?:|\((?!\?)/) !== null) return { kind: "group", alternatives: this.#closed() };
    if (this.#flags.includes("m")) throw this.#unknown();
    if (this.#take(/\^/) !== null) return { kind: "edge", test: (before) => before === undefined };
    if (this.#take(/\$/) !== null) return { kind: "edge", test: (_, after) => after === undefined };
    if (this.#take(/\\b/) !== null) {
      return { kind: "edge", test: (before, after) => isWordCharacter(before) !== isWordCharacter(after) };
    }
    const character =
      this.#take(/\[(?:\\.|[^\]\\])*\]/) ??
      this.#take(/\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^0-9bBkcux])|\\0/) ??
      this.#take(/[^\\()[\]{}*+?|]|[\]{}]/);
    if (character === null) throw this.#unknown();
    return this.#character(character[0]);
  }

  #closed(): Alternatives {
    const alternatives = this.#alternatives();
    if (this.#take(/\)/) === null) throw this.#unknown();
    return alternatives;
  }

  #character(source: string): Part {
    const whole = new RegExp(`^(?:${source})$`, this.#flags.replace(/[gy]/g, ""));
    const known = new Map<string, boolean>();
    const test = (character: string): boolean => {
      let isMatch = known.get(character);
      if (isMatch === undefined) {
        isMatch = whole.test(character);
        known.set(character, isMatch);
      }
      return isMatch;
    };
    return { kind: "character", source, test };
  }

  #quantified(part: Part): Part {
    const [quantifier, least, comma, most] = this.#take(/[*+?]|\{(\d+)(,?)(\d*)\}/) ?? [];
    if (quantifier === undefined) return part;
    const isLazy = this.#take(/\?/) !== null;
    const bounds: Readonly<Record<string, readonly [number, number]>> = {
      "*": [0, Infinity],
      "+": [1, Infinity],
      "?": [0, 1],
    };
    const [from, to] = bounds[quantifier] ?? [Number(least), comma === "" ? Number(least) : Number(most || Infinity)];
    return { kind: "repeat", part, least: from, most: to, isLazy };
  }
}

/** Parts of an expression, by alternatives. */
export function parseExpression(expression: RegExp): Alternatives {
  return new Parser(expression).parse();
}

/** The characters of a text as an expression with these flags sees them. */
function charactersOf(text: string, flags: string): readonly string[] {
  return flags.includes("u") ? Array.from(text) : text.split("");
}

type Next = (place: number) => boolean;

/** Nobody waits for the end of an exponential search. */
export const MAX_STEPS = 5_000_000;

class Search {
  nSteps = 0;
  readonly #text: readonly string[];
  /** End of the last match. */
  #end = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  /** End of the match at a place; null where there is none. */
  matchAt(alternatives: Alternatives, place: number): number | null {
    const isMatch = this.#any(alternatives, place, (end) => {
      this.#end = end;
      return true;
    });
    return isMatch ? this.#end : null;
  }

  #any(alternatives: Alternatives, place: number, next: Next): boolean {
    return alternatives.some((parts) => this.#all(parts, 0, place, next));
  }

  #all(parts: readonly Part[], i: number, place: number, next: Next): boolean {
    const part = parts[i];
    if (part === undefined) return next(place);
    return this.#one(part, place, (end) => this.#all(parts, i + 1, end, next));
  }

  #one(part: Part, place: number, next: Next): boolean {
    if (++this.nSteps > MAX_STEPS) return false;
    switch (part.kind) {
      case "character":
        return place < this.#text.length && part.test(this.#text[place] as string) && next(place + 1);
      case "edge":
        return part.test(this.#text[place - 1], this.#text[place]) && next(place);
      case "group":
        return this.#any(part.alternatives, place, next);
      case "look": {
        const { alternatives, isBehind, isNegative } = part;
        const [least, most] = isBehind ? lengthsOf({ kind: "group", alternatives }) : [0, 0];
        let holds = false;
        for (let length = least; length <= Math.min(most, place) && !holds; length++) {
          holds = this.#any(alternatives, place - length, (end) => !isBehind || end === place);
        }
        return holds !== isNegative && next(place);
      }
      case "repeat":
        return part.part.kind === "character" && !part.isLazy
          ? this.#run(part.part, part.least, part.most, place, next)
          : this.#repeat(part, 0, place, next);
    }
  }

  /** A run of one kind of character, the longest first; without a call for each of them. */
  #run(part: Part & { kind: "character" }, least: number, most: number, place: number, next: Next): boolean {
    let end = place;
    while (end < this.#text.length && end - place < most && part.test(this.#text[end] as string)) end++;
    this.nSteps += end - place;
    for (; end - place >= least && this.nSteps < MAX_STEPS; end--) {
      this.nSteps++;
      if (next(end)) return true;
    }
    return false;
  }

  #repeat(part: Part & { kind: "repeat" }, nDone: number, place: number, next: Next): boolean {
    const { least, most, isLazy } = part;
    const more = (): boolean =>
      nDone < most && this.#one(part.part, place, (end) => end > place && this.#repeat(part, nDone + 1, end, next));
    if (nDone < least) return more();
    return isLazy ? next(place) || more() : more() || next(place);
  }
}

/** The least and the most characters that a part takes. */
function lengthsOf(part: Part): readonly [least: number, most: number] {
  switch (part.kind) {
    case "character":
      return [1, 1];
    case "edge":
    case "look":
      return [0, 0];
    case "group": {
      const lengths = part.alternatives.map((parts) => parts.map(lengthsOf));
      const sums = (end: 0 | 1): number[] => lengths.map((each) => each.reduce((sum, range) => sum + range[end], 0));
      return [Math.min(...sums(0)), Math.max(...sums(1))];
    }
    case "repeat": {
      const [least, most] = lengthsOf(part.part);
      return [least * part.least, most * part.most];
    }
  }
}

/**
 * Steps of finding all matches of an expression in a text, or, where it is sticky, the one at the beginning; counting ends at some five
 * million.
 */
export function countSteps(expression: RegExp, alternatives: Alternatives, text: string): number {
  const characters = charactersOf(text, expression.flags);
  const search = new Search(characters);
  if (expression.sticky) {
    search.matchAt(alternatives, 0);
    return search.nSteps;
  }
  for (let place = 0; place <= characters.length && search.nSteps < MAX_STEPS; ) {
    const end = search.matchAt(alternatives, place);
    place = end === null || end === place ? place + 1 : end;
  }
  return search.nSteps;
}
