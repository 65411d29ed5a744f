import { shellOperators, shellWords } from "../../shell/shell-words.ts";
import { type Field, items, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";

/** Reads `command` or `entrypoint` as an argument vector. Null keeps the image's own; an empty list removes it. */
export function readCommand(field: Field | null, report: Report): readonly string[] | null {
  if (field === null) return null;
  if (field.value.type === "list") return items(field).map((item) => text(item) ?? "");
  const words = shellWords(text(field) ?? "");
  if (words === null) {
    report.problem(
      field.at,
      field.key,
      "has a quote that is not closed",
      'Close it, or write a list: ["sh", "-c", "…"].',
    );
    return null;
  }
  const operators = shellOperators(words);
  const isShell = words.some((word) => word === "-c" || /^-[a-z]*c$/.test(word));
  if (operators.length > 0 && !isShell) {
    report.note(field.key, `has ${operators[0]} outside a shell, where it has no special meaning: write sh -c "…"`);
  }
  return words;
}
