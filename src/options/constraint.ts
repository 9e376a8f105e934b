import { OptionError } from "../errors.js";

/** Text shared by every kind of option. */
interface Described {
  /** One line for --help and docs/options.md; begins with a capital, no full stop. */
  readonly help: string;
  /** Unit or meaning of the number, e.g. "documents"; shown behind the range. */
  readonly unit?: string;
}

/** The value of an option where nothing is said. */
interface WithDefault<T> {
  readonly default: T;
  /**
   * What a model file that does not name the option was trained with: what training did before there was the option. For
   * every option that is younger than version 1 of the model file; without it, a file that lacks the option is refused.
   */
  readonly inOlderFiles?: T;
}

/** A whole number in [min, max]. */
export interface IntegerConstraint extends Described, WithDefault<number> {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
}

/** A whole number in [min, max], or one word for a number that only the data tell. */
export interface IntegerOrWordConstraint<W extends string = string> extends Described, WithDefault<number | W> {
  readonly kind: "integerOrWord";
  readonly min: number;
  readonly max: number;
  readonly word: W;
}

/** A finite number in [min, max], or (min, max) where an end is marked exclusive. */
export interface NumberConstraint extends Described, WithDefault<number> {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly minExclusive?: boolean;
  readonly maxExclusive?: boolean;
}

export interface BooleanConstraint extends Described, WithDefault<boolean> {
  readonly kind: "boolean";
}

/** One of a fixed list of words. */
export interface ChoiceConstraint<T extends string = string> extends Described, WithDefault<T> {
  readonly kind: "choice";
  readonly values: readonly T[];
}

/** A fixed number of whole numbers, each in [min, max]; on the command line joined by commas. */
export interface IntegerListConstraint extends Described, WithDefault<readonly number[]> {
  readonly kind: "integers";
  readonly length: number;
  readonly min: number;
  readonly max: number;
  /** Each number must be at least the one before it. */
  readonly ascending?: boolean;
}

export type AnyConstraint =
  | IntegerConstraint
  | IntegerOrWordConstraint
  | NumberConstraint
  | BooleanConstraint
  | ChoiceConstraint
  | IntegerListConstraint;

/** The kind of constraint that fits the type of an option. */
export type Constraint<T> = [T] extends [boolean]
  ? BooleanConstraint
  : [T] extends [number]
    ? IntegerConstraint | NumberConstraint
    : [T] extends [string]
      ? ChoiceConstraint<T>
      : [T] extends [readonly number[]]
        ? IntegerListConstraint & { readonly default: T }
        : [T] extends [number | (infer W extends string)]
          ? IntegerOrWordConstraint<W>
          : never;

/** Every key of `T` must be listed; a missing one does not compile. */
export type OptionSpec<T> = { readonly [K in keyof T]-?: Constraint<NonNullable<T[K]>> };

function showRange(
  constraint: IntegerConstraint | IntegerOrWordConstraint | NumberConstraint | IntegerListConstraint,
): string {
  const { min, max } = constraint;
  const minExclusive = constraint.kind === "number" && constraint.minExclusive === true;
  const maxExclusive = constraint.kind === "number" && constraint.maxExclusive === true;
  if (max === Number.MAX_SAFE_INTEGER || max === Number.POSITIVE_INFINITY) {
    return `${minExclusive ? ">" : "≥"} ${min}`;
  }
  return `in ${minExclusive ? "(" : "["}${min}, ${max}${maxExclusive ? ")" : "]"}`;
}

/** What must hold, as a phrase that follows "must be": "an integer ≥ 1 (documents)". */
export function describeConstraint(constraint: AnyConstraint): string {
  const unit = constraint.unit === undefined ? "" : ` (${constraint.unit})`;
  switch (constraint.kind) {
    case "integer":
      return `an integer ${showRange(constraint)}${unit}`;
    case "integerOrWord":
      return `an integer ${showRange(constraint)}${unit} or ${constraint.word}`;
    case "number":
      return `a number ${showRange(constraint)}${unit}`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${constraint.values.join(", ")}`;
    case "integers": {
      const order = constraint.ascending === true ? " in ascending order" : "";
      return `${constraint.length} integers ${showRange(constraint)}${order}${unit}`;
    }
  }
}

function isNumberInside(constraint: NumberConstraint, value: number): boolean {
  const { min, max } = constraint;
  return (
    Number.isFinite(value) &&
    (constraint.minExclusive === true ? value > min : value >= min) &&
    (constraint.maxExclusive === true ? value < max : value <= max)
  );
}

function isIntegerInside({ min, max }: IntegerConstraint | IntegerOrWordConstraint, value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

function holds(constraint: AnyConstraint, value: unknown): boolean {
  switch (constraint.kind) {
    case "integer":
      return isIntegerInside(constraint, value);
    case "integerOrWord":
      return value === constraint.word || isIntegerInside(constraint, value);
    case "number":
      return typeof value === "number" && isNumberInside(constraint, value);
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && constraint.values.includes(value);
    case "integers":
      return (
        Array.isArray(value) &&
        value.length === constraint.length &&
        value.every(
          (item: unknown, index) =>
            Number.isSafeInteger(item) &&
            (item as number) >= constraint.min &&
            (item as number) <= constraint.max &&
            (constraint.ascending !== true || index === 0 || (item as number) >= (value[index - 1] as number)),
        )
      );
  }
}

/**
 * Checks one value.
 * @throws {OptionError} when the value is of the wrong type or outside the range
 */
export function checkOption(name: string, constraint: AnyConstraint, value: unknown): void {
  if (!holds(constraint, value)) throw new OptionError(name, describeConstraint(constraint), value);
}

const NUMBER_PATTERN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function parseNumber(text: string): number {
  return NUMBER_PATTERN.test(text) ? Number(text) : Number.NaN;
}

/**
 * Reads a value as written on the command line and checks it.
 * @throws {OptionError} when the text is not of the kind or outside the range
 */
export function parseOption(name: string, constraint: AnyConstraint, text: string): unknown {
  let value: unknown;
  switch (constraint.kind) {
    case "integer":
    case "number":
      value = parseNumber(text);
      break;
    case "integerOrWord":
      value = text === constraint.word ? text : parseNumber(text);
      break;
    case "boolean":
      value = text === "true" ? true : text === "false" ? false : text;
      break;
    case "choice":
      value = text;
      break;
    case "integers":
      value = text.split(",").map(parseNumber);
      break;
  }
  if (!holds(constraint, value)) throw new OptionError(name, describeConstraint(constraint), text);
  return value;
}
