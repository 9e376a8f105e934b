import { checkOptionNames, type OptionNames } from "./check-argument.js";
import { type AnyConstraint, checkOption, type OptionSpec } from "./constraint.js";

/** Every option present and none of them undefined; what code past `resolveOptions` sees. */
export type Resolved<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> };

/** The entries of a specification table in their written order. */
export function listSpec<T>(spec: OptionSpec<T>): readonly (readonly [name: string, constraint: AnyConstraint])[] {
  return Object.entries(spec) as [string, AnyConstraint][];
}

/**
 * Returns a frozen copy of `given` with every default filled in.
 *
 * @param group name of the group for messages, e.g. "vectorizer"; "" for none
 * @throws {OptionError} when a value breaks its constraint
 * @throws {NewsclfError} with code OPTION_UNKNOWN when a key is not in the table
 */
export function resolveOptions<T extends object>(
  spec: OptionSpec<T>,
  given: T | undefined,
  group: string,
): Resolved<T> {
  const prefix = group === "" ? "" : `${group}.`;
  const names = Object.fromEntries(listSpec(spec).map(([name]) => [name, true])) as OptionNames<T>;
  if (given !== undefined) checkOptionNames(given, names, prefix);
  const values = new Map<string, unknown>(Object.entries(given ?? {}));
  const resolved: Record<string, unknown> = {};
  for (const [name, constraint] of listSpec(spec)) {
    const value = values.get(name);
    if (value === undefined) {
      resolved[name] = constraint.default;
      continue;
    }
    checkOption(`${prefix}${name}`, constraint, value);
    resolved[name] = Array.isArray(value) ? Object.freeze([...(value as number[])]) : value;
  }
  return Object.freeze(resolved) as Resolved<T>;
}
