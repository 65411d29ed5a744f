/** Keeps the first line break of a textarea's text, which HTML would drop. */
export function keptText(text: string): string {
  return text.startsWith("\n") ? `\n${text}` : text;
}
