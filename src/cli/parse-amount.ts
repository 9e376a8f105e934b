import { InvalidArgumentError } from "commander";

const MS_OF: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const BYTES_OF: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };

/** The number before a unit times what the unit stands for; NaN where the text has another form. */
function parseWithUnit(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount = "", unit = ""] = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(amount) * (Object.hasOwn(units, unit) ? (units[unit] as number) : Number.NaN);
}

/** Longest wait that timers of JavaScript keep. */
const LONGEST_MS = 2 ** 31 - 1;

/** "90s", "5m" or "1.5h" → milliseconds. */
export function parseDuration(text: string): number {
  const durationMs = parseWithUnit(text, MS_OF);
  if (durationMs > 0 && durationMs <= LONGEST_MS) return durationMs;
  throw new InvalidArgumentError(`must be a time such as 90s, 5m or 1.5h, up to 24 days; got ${JSON.stringify(text)}`);
}

/** "800KB", "10MB" or "1GB" → bytes; a KB is 1000 bytes. */
export function parseBytes(text: string): number {
  const nBytes = parseWithUnit(text, BYTES_OF);
  if (nBytes > 0) return nBytes;
  throw new InvalidArgumentError(`must be a size such as 800KB, 10MB or 1GB; got ${JSON.stringify(text)}`);
}
