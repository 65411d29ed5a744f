/** What `git check-ref-format` refuses; `begins` holds what a branch may not begin with. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses them, too
const refused = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$|^@$/;
const begins = /^[-./]/;

/** Whether a text can name a branch or a tag, or be a commit's id. */
export function isRefName(text: string): boolean {
  return text.length >= 1 && text.length <= 250 && !refused.test(text) && !begins.test(text);
}
