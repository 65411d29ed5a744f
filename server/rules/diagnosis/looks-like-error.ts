// biome-ignore lint/suspicious/noControlCharactersInRegex: matches colour codes between words
const colours = /\u001b\[[0-9;]*m/g;
const words =
  /(?:^|[^\w-])(?:error|fatal|panic|exception|traceback|unhandled|segmentation fault|failed|failure)(?![\w-])(?!\s*[:=]?\s*(?:0\b|none\b|null\b|false\b))/i;
const codes = /(?:^|\s|\[)(?:E[A-Z]{4,}|[A-Z]\w*(?:Error|Exception))\b/;
/** "0 errors", "no errors" and "without error" mean the opposite. */
const denials = /\b(?:0|no|without|zero)\s+(?:\w+\s+)?(?:errors?|failures?|failed|exceptions?)\b/i;

/** Guesses whether a line of output reports an error, for "jump to the first error". */
export function looksLikeError(line: string): boolean {
  const text = line.slice(0, 500).replace(colours, "");
  return (words.test(text) || codes.test(text)) && !denials.test(text);
}
