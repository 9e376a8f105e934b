import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type AnyConstraint,
  type BooleanConstraint,
  describeConstraint,
  type OptionSpec,
  parseOption,
} from "../options/constraint.js";
import { listSpec } from "../options/resolve-options.js";

/** "maxDfFraction" → "--max-df-fraction". */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function placeholderOf(constraint: AnyConstraint): string {
  switch (constraint.kind) {
    case "integer":
    case "integerOrWord":
      return " <n>";
    case "number":
      return " <x>";
    case "choice":
      return " <word>";
    case "integers":
      return ` <${Array.from({ length: constraint.length }, () => "n").join(",")}>`;
    case "boolean":
      return "";
  }
}

function helpOf(constraint: AnyConstraint): string {
  if (constraint.kind === "boolean") return constraint.default ? `do not: ${constraint.help}` : constraint.help;
  return `${constraint.help}; ${describeConstraint(constraint)} (default: ${constraint.default.toString()})`;
}

/** A switch that is on by default is offered as `--no-name`, any other option as `--name`. */
function toFlag(name: string, constraint: AnyConstraint): Option {
  const isOnByDefault = constraint.kind === "boolean" && constraint.default;
  const flag = isOnByDefault ? flagOf(name).replace("--", "--no-") : flagOf(name);
  const option = new Option(`${flag}${placeholderOf(constraint)}`, helpOf(constraint));
  if (constraint.kind !== "boolean") {
    option.argParser((text: string) => {
      try {
        return parseOption(flagOf(name), constraint, text);
      } catch (error) {
        throw new InvalidArgumentError((error as Error).message);
      }
    });
  }
  return option;
}

/** The form of a switch that says what is so anyway: needed only to say otherwise than a file of options does. */
function toOppositeFlag(name: string, { default: isOnByDefault }: BooleanConstraint): Option {
  const flag = isOnByDefault ? flagOf(name) : flagOf(name).replace("--", "--no-");
  return new Option(flag).hideHelp();
}

/**
 * Adds one flag for each option of the table, and for a switch its opposite, which the help does not list. An option that the
 * command line does not give has no value.
 */
export function addSpecFlags<T>(command: Command, spec: OptionSpec<T>): void {
  for (const [name, constraint] of listSpec(spec)) {
    const flags = [toFlag(name, constraint)];
    if (constraint.kind === "boolean") flags.push(toOppositeFlag(name, constraint));
    // Commander takes a negated flag that stands alone for a switch that is on.
    for (const flag of flags.sort((left, right) => Number(left.negate) - Number(right.negate))) command.addOption(flag);
  }
}

/** Picks the options of the table out of what the command line gave. */
export function pickSpecValues<T>(spec: OptionSpec<T>, values: Readonly<Record<string, unknown>>): T {
  const names = new Set(listSpec(spec).map(([name]) => name));
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => names.has(name) && value !== undefined),
  ) as T;
}
