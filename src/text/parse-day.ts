/** 2026-11-23, 2026.11.23, 2026/11/23, 2026. 11. 23., 2026년 11월 23일, 20261123; a time may follow. */
const SEPARATED = /^(\d{4})(?:[-./]|년) ?(\d{1,2})(?:[-./]|월) ?(\d{1,2})(?!\d)/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?(?!\d)/;

/**
 * Returns the day that a date begins with, as "2026-11-23", so that days compare like their strings; null for anything
 * else, such as a day that no calendar has.
 *
 * Understood are year, month and day in this order, with hyphens, dots, slashes or 년 월 일 between them or with nothing (then in
 * eight digits, as in BigKinds). What follows, such as a time of day, is not read.
 */
export function parseDay(text: string): string | null {
  const trimmed = text.trim();
  const match = SEPARATED.exec(trimmed) ?? COMPACT.exec(trimmed);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
