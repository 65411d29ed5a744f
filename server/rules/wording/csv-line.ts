/** A spreadsheet takes what begins like this for a formula, which may read other cells or start programs. */
const formula = /^[=+\-@\t\r]/;

/** A line of a CSV file (RFC 4180). Every field is quoted, and none of them is a formula. */
export function csvLine(fields: readonly (string | number | null)[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

function csvField(field: string | number | null): string {
  if (typeof field === "number") return String(field);
  const text = field ?? "";
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
