/** Text for the inside of a textarea: HTML takes a line break at its beginning away. */
export function keptText(text: string): string {
  return text.startsWith("\n") ? `\n${text}` : text;
}
