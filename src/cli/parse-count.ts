import { InvalidArgumentError } from "commander";

/**
 * Makes the parser of a flag that takes a whole number from 1.
 * @param unit what is counted, for the message: "labels"
 * @param max largest number; none when left out
 */
export function parseCount(unit: string, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const count = /^[0-9]+$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > max) {
      const range = max === Number.MAX_SAFE_INTEGER ? "≥ 1" : `in [1, ${max}]`;
      throw new InvalidArgumentError(`must be an integer ${range} (${unit}); got ${JSON.stringify(text)}`);
    }
    return count;
  };
}
