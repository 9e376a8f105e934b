/** JSON with the place of each value, so that a fault in its contents can be shown where it stands. */

/** A value and where it begins, in UTF-16 units of the text. */
export interface LocatedValue {
  readonly offset: number;
  readonly value: null | boolean | number | string | readonly LocatedValue[] | ReadonlyMap<string, LocatedMember>;
}

/** What a key of an object stands for. */
export interface LocatedMember {
  readonly keyOffset: number;
  readonly content: LocatedValue;
}

/** The text is not JSON, or an object has one key twice. */
export class JsonFault extends Error {
  /** UTF-16 units from the beginning of the text. */
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

const SPACE = /[ \t\r\n]*/y;
/** From the space on, without quote and backslash: control characters have to be escaped. */
const STRING = /"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** Far deeper than any settings; a hostile file must not end the program by its depth. */
const DEEPEST = 64;

/**
 * Reads JSON (RFC 8259) with places.
 * @throws {JsonFault} when the text is not JSON, goes deeper than 64 levels, or an object has a key twice, of which JSON.parse
 * would drop one in silence
 */
export function parseLocatedJson(text: string): LocatedValue {
  const reader = new Reader(text);
  const value = reader.readValue(0);
  reader.expectEnd();
  return value;
}

class Reader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readValue(depth: number): LocatedValue {
    this.#match(SPACE);
    const offset = this.#offset;
    if (depth > DEEPEST) throw new JsonFault(offset, `goes deeper than ${DEEPEST} levels`);
    if (this.#take("{")) return { offset, value: this.#readMembers(depth) };
    if (this.#take("[")) return { offset, value: this.#readItems(depth) };
    const scalar = this.#match(STRING) ?? this.#match(NUMBER) ?? this.#match(WORD);
    if (scalar === null) throw this.#unexpected("a value");
    return { offset, value: JSON.parse(scalar) as null | boolean | number | string };
  }

  expectEnd(): void {
    this.#match(SPACE);
    if (this.#offset < this.#text.length) throw this.#unexpected("the end");
  }

  #readMembers(depth: number): ReadonlyMap<string, LocatedMember> {
    const members = new Map<string, LocatedMember>();
    this.#match(SPACE);
    if (this.#take("}")) return members;
    do {
      this.#match(SPACE);
      const keyOffset = this.#offset;
      const quoted = this.#match(STRING);
      if (quoted === null) throw this.#unexpected("a key in double quotes");
      const key = JSON.parse(quoted) as string;
      if (members.has(key)) throw new JsonFault(keyOffset, `${quoted} stands here a second time`);
      this.#match(SPACE);
      if (!this.#take(":")) throw this.#unexpected("a colon");
      members.set(key, { keyOffset, content: this.readValue(depth + 1) });
      this.#match(SPACE);
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#unexpected("a comma or }");
    return members;
  }

  #readItems(depth: number): readonly LocatedValue[] {
    const items: LocatedValue[] = [];
    this.#match(SPACE);
    if (this.#take("]")) return items;
    do {
      items.push(this.readValue(depth + 1));
      this.#match(SPACE);
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#unexpected("a comma or ]");
    return items;
  }

  /** What the pattern finds at this place, which it goes past; null where it finds nothing. */
  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#offset += found.length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset++;
    return true;
  }

  #unexpected(wanted: string): JsonFault {
    const code = this.#text.codePointAt(this.#offset);
    const found = code === undefined ? "the end" : JSON.stringify(String.fromCodePoint(code));
    return new JsonFault(this.#offset, `expected ${wanted}; found ${found}`);
  }
}

/** The value without places. */
export function withoutPlaces({ value }: LocatedValue): unknown {
  if (value instanceof Map) {
    const members = value as ReadonlyMap<string, LocatedMember>;
    return Object.fromEntries(Array.from(members, ([key, { content }]) => [key, withoutPlaces(content)]));
  }
  return Array.isArray(value) ? (value as readonly LocatedValue[]).map(withoutPlaces) : value;
}
