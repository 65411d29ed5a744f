/**
 * Characters that terminals and pages do not show, so that a value may contain them: escape sequences, control
 * characters except tab and line feed, and zero-width characters.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /\u001b\[[0-?]*[ -/]*[@-~]?|\u001b[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|\u009b[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}/u;

export const everyUnseen = new RegExp(unseen, "gu");

export function hasUnseen(text: string): boolean {
  return unseen.test(text);
}

export function visibleText(text: string): string {
  return text.replace(everyUnseen, "");
}
