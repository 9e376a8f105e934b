/**
 * JSON of strangers: with the place of each value, so that a fault in its contents can be shown where it stands, and within limits, so
 * that reading takes no more memory than the text and a constant.
 */

/** A place in a text. */
export interface JsonPlace {
  /** UTF-16 units from the beginning. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/** The text is not JSON, an object has one key twice, or there is more than is read: a predicate such as "is not JSON: …". */
export class JsonFault extends Error {
  readonly place: JsonPlace;

  constructor(problem: string, place: JsonPlace) {
    super(problem);
    this.place = place;
  }
}

/** A value and where it begins. */
export interface LocatedValue {
  /** UTF-16 units from the beginning of the text. */
  readonly offset: number;
  /**
   * Items and members of lists and objects are found when this is first asked for, and theirs then.
   * @throws {JsonFault} when there are too many of them, or a key stands there twice
   */
  readonly value: null | boolean | number | string | readonly LocatedValue[] | ReadonlyMap<string, LocatedMember>;
  /**
   * Returns the value as JSON.parse does.
   * @throws {JsonFault} as `value`, at any depth
   */
  plain(): unknown;
}

/** What a key of an object stands for. */
export interface LocatedMember {
  readonly keyOffset: number;
  readonly content: LocatedValue;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const CONTROL_END = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Far deeper than any settings; a hostile file must not end the program by its depth. */
const DEEPEST = 64;
/**
 * Values that are taken from a text, each with some hundred bytes beside its own. A model has three for each label, a checkpoint seven for
 * each epoch.
 */
export const MAX_JSON_VALUES = 250_000;

/** Where a line and a column of a text are. */
export function placeOf(text: string, offset: number): JsonPlace {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return { offset, line, column: offset - lineStart + 1 };
}

/**
 * Reads JSON (RFC 8259) as JSON.parse does.
 * @throws {JsonFault} when the text is not JSON, goes deeper than 64 levels, holds more than 250,000 values, or an object has a key twice,
 * of which JSON.parse would drop one in silence
 */
export function parseJson(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.readPlain(0);
  reader.expectEnd();
  return value;
}

/**
 * Yields the items of a list, each when it has been read; a long list is never there as a whole.
 * @throws {JsonFault} when the text is no list, or as {@link parseJson} for each item
 */
export function parseJsonItems(text: string): Generator<unknown, void> {
  return new JsonReader(text).readItems();
}

/**
 * Reads JSON (RFC 8259) with places. The whole text is checked; of its values only those that are asked for are made, 250,000 at most.
 * @throws {JsonFault} when the text is not JSON or goes deeper than 64 levels
 */
export function parseLocatedJson(text: string): LocatedValue {
  const reader = new JsonReader(text);
  const value = reader.locateNext(0);
  reader.expectEnd();
  return value;
}

/** Reads at one place after another. Whatever it reads goes on behind it. */
class JsonReader {
  readonly #text: string;
  #offset = 0;
  #nValues = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes past the next value and returns it. */
  locateNext(depth: number): LocatedValue {
    this.#skipSpace();
    const offset = this.#offset;
    this.#skip(depth);
    return new ValueInText(this, offset);
  }

  /** The value at a place that has been gone past, with its items or members. */
  readLocated(offset: number): LocatedValue["value"] {
    this.#offset = offset;
    if (this.#take("{")) {
      const members = new Map<string, LocatedMember>();
      this.#eachMember((keyOffset) => {
        const key = this.#newKey(keyOffset, members);
        members.set(key, { keyOffset, content: this.locateNext(0) });
        this.#count();
      });
      return members;
    }
    if (this.#take("[")) {
      const items: LocatedValue[] = [];
      this.#eachItem(() => {
        items.push(this.locateNext(0));
        this.#count();
      });
      return items;
    }
    return this.#readScalar();
  }

  /** The value at a place that has been gone past. */
  readPlainAt(offset: number): unknown {
    this.#offset = offset;
    return this.readPlain(0);
  }

  /** Goes past the next value and returns it. */
  readPlain(depth: number): unknown {
    this.#begin(depth);
    this.#count();
    if (this.#take("{")) {
      const members = new Map<string, unknown>();
      this.#eachMember((keyOffset) => {
        const key = this.#newKey(keyOffset, members);
        members.set(key, this.readPlain(depth + 1));
      });
      return Object.fromEntries(members);
    }
    if (this.#take("[")) {
      const items: unknown[] = [];
      this.#eachItem(() => items.push(this.readPlain(depth + 1)));
      return items;
    }
    return this.#readScalar();
  }

  *readItems(): Generator<unknown, void> {
    this.#skipSpace();
    if (!this.#take("[")) throw this.#unexpected("a list");
    this.#skipSpace();
    if (!this.#take("]")) {
      do {
        this.#nValues = 0;
        yield this.readPlain(0);
        this.#skipSpace();
      } while (this.#take(","));
      if (!this.#take("]")) throw this.#unexpected("a comma or ]");
    }
    this.expectEnd();
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw this.#unexpected("the end");
  }

  #fault(problem: string, offset = this.#offset): JsonFault {
    return new JsonFault(problem, placeOf(this.#text, offset));
  }

  #count(): void {
    if (++this.#nValues > MAX_JSON_VALUES) throw this.#fault(`has more than ${MAX_JSON_VALUES} values`);
  }

  #begin(depth: number): void {
    this.#skipSpace();
    if (depth > DEEPEST) throw this.#fault(`goes deeper than ${DEEPEST} levels`);
  }

  #skip(depth: number): void {
    this.#begin(depth);
    if (this.#take("{")) this.#eachMember(() => this.#skip(depth + 1));
    else if (this.#take("[")) this.#eachItem(() => this.#skip(depth + 1));
    else this.#skipScalar();
  }

  /** @param each is called behind each colon, with the place of the key, and goes past the value */
  #eachMember(each: (keyOffset: number) => void): void {
    this.#skipSpace();
    if (this.#take("}")) return;
    do {
      this.#skipSpace();
      const keyOffset = this.#offset;
      if (!this.#skipString()) throw this.#unexpected("a key in double quotes");
      this.#skipSpace();
      if (!this.#take(":")) throw this.#unexpected("a colon");
      each(keyOffset);
      this.#skipSpace();
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#unexpected("a comma or }");
  }

  /** @param each goes past an item */
  #eachItem(each: () => void): void {
    this.#skipSpace();
    if (this.#take("]")) return;
    do {
      each();
      this.#skipSpace();
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#unexpected("a comma or ]");
  }

  #newKey(offset: number, members: ReadonlyMap<string, unknown>): string {
    const behind = this.#offset;
    this.#offset = offset;
    this.#skipString();
    const quoted = this.#text.slice(offset, this.#offset);
    this.#offset = behind;
    const key = JSON.parse(quoted) as string;
    if (members.has(key)) throw this.#fault(`has the key ${quoted} twice`, offset);
    return key;
  }

  #readScalar(): null | boolean | number | string {
    const start = this.#offset;
    this.#skipScalar();
    return JSON.parse(this.#text.slice(start, this.#offset)) as null | boolean | number | string;
  }

  #skipScalar(): void {
    if (!this.#skipString() && !this.#match(NUMBER) && !this.#match(WORD)) throw this.#unexpected("a value");
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#offset);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#offset++;
    }
  }

  /** False where none begins, or where one has no end or holds what must be escaped. */
  #skipString(): boolean {
    const start = this.#offset;
    if (!this.#take('"')) return false;
    for (;;) {
      const unit = this.#text.charCodeAt(this.#offset);
      if (unit === QUOTE) break;
      const isPlain = unit >= CONTROL_END && unit !== BACKSLASH;
      if (isPlain) this.#offset++;
      else if (unit !== BACKSLASH || !this.#match(ESCAPE)) {
        this.#offset = start;
        return false;
      }
    }
    this.#offset++;
    return true;
  }

  /** Whether the pattern stands at this place, which is gone past then. */
  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset;
    if (!pattern.test(this.#text)) return false;
    this.#offset = pattern.lastIndex;
    return true;
  }

  #take(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset++;
    return true;
  }

  #unexpected(wanted: string): JsonFault {
    const code = this.#text.codePointAt(this.#offset);
    const found = code === undefined ? "the end" : JSON.stringify(String.fromCodePoint(code));
    return this.#fault(`is not JSON: expected ${wanted}; found ${found}`);
  }
}

class ValueInText implements LocatedValue {
  readonly #reader: JsonReader;
  readonly offset: number;
  #value: LocatedValue["value"] | undefined;

  constructor(reader: JsonReader, offset: number) {
    this.#reader = reader;
    this.offset = offset;
  }

  get value(): LocatedValue["value"] {
    this.#value ??= this.#reader.readLocated(this.offset);
    return this.#value;
  }

  plain(): unknown {
    return this.#reader.readPlainAt(this.offset);
  }
}
