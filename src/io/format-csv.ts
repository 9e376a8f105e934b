const MUST_BE_QUOTED = /[",\r\n]/;

/** Returns one row of a CSV file with its line break; a field with a comma, a quote or a line break is quoted (RFC 4180). */
export function formatCsvRow(fields: readonly (string | number)[]): string {
  const quoted = fields.map((field) => {
    const text = String(field);
    return MUST_BE_QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(",")}\n`;
}
