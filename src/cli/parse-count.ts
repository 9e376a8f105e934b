import { InvalidArgumentError } from "commander";

/**
 * Makes the parser of a flag that takes a whole number from 1.
 * @param unit what is counted, for the message: "labels"
 */
export function parseCount(unit: string): (text: string) => number {
  return (text) => {
    const count = /^[0-9]+$/.test(text) ? Number(text) : 0;
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new InvalidArgumentError(`must be an integer ≥ 1 (${unit}); got ${JSON.stringify(text)}`);
    }
    return count;
  };
}
