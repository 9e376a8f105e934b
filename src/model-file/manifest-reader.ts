/** Checked reading of a manifest: JSON that a file of ours holds in its metadata. */
import { ModelFormatError, showValue } from "../errors.js";
import { JsonFault, parseJson } from "../json.js";

/** @throws {ModelFormatError} always */
export function fail(expected: string, found: unknown): never {
  throw new ModelFormatError(8, expected, showValue(found), { hint: "the manifest was not written by newsclf" });
}

/**
 * Reads JSON that a file holds.
 * @param what it is, for messages, e.g. "a manifest"
 * @throws {ModelFormatError} when it is not JSON, or more than is read
 */
export function parseStoredJson(text: string, what: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw new ModelFormatError(8, `${what} in JSON`, `text that ${cause.message}`, { cause });
  }
}

/**
 * Renders a manifest as JSON that {@link parseStoredJson} reads.
 * @throws {ModelFormatError} when it would not, because there are too many labels or epochs
 */
export function formatStoredJson(manifest: object): string {
  const text = JSON.stringify(manifest);
  parseStoredJson(text, "a manifest with fewer labels and epochs");
  return text;
}

/** Reads the fields of one object; each method throws {ModelFormatError} when the field is something else. */
export class ManifestReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`an object as ${path}`, value);
    this.#fields = new Map(Object.entries(value));
    this.#path = path;
  }

  field(name: string): unknown {
    return this.#fields.get(name);
  }

  expectOnly(names: readonly string[]): void {
    for (const name of this.#fields.keys()) if (!names.includes(name)) fail(`no field ${this.#path}.${name}`, "one");
  }

  string(name: string): string {
    const value = this.field(name);
    return typeof value === "string" ? value : fail(`a string as ${this.#path}.${name}`, value);
  }

  count(name: string): number {
    const value = this.field(name);
    return isCount(value) ? value : fail(`a count as ${this.#path}.${name}`, value);
  }

  number(name: string): number {
    const value = this.field(name);
    return Number.isFinite(value) ? (value as number) : fail(`a finite number as ${this.#path}.${name}`, value);
  }

  /** False where the field is missing. */
  boolean(name: string): boolean {
    const value = this.field(name) ?? false;
    return typeof value === "boolean" ? value : fail(`true or false as ${this.#path}.${name}`, value);
  }

  numberOrNull(name: string): number | null {
    return this.field(name) === null ? null : this.number(name);
  }
}

/** Whether a value is a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
