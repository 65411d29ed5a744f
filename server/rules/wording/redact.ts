import { isSecretByDefault, isSecretName, looksRandom } from "../settings/variable-secrecy.ts";

/**
 * Takes the values of secret variables out of what is shown: output of builds and containers may repeat them, and a
 * value that was given is never sent back. Whatever holds a value as it is, in another case, in base64, in hexadecimal,
 * in a URL or inside JSON or HTML, also with colour codes within, shows `[hidden: NAME]` instead.
 */
export type Redact = (text: string) => string;

/** What is shorter stands in too many other words. */
const leastChars = 8;
/** Of a value with several lines, such as a key, each that is as long as this by itself. */
const leastLineChars = 16;

/** Words and sentences: a log is full of them, whether or not they are the value of a variable. */
const ordinaryWords = /^[\p{L}\s,.;:!?'’-]+$/u;

/** Of several sets of secret variables, such as those of a version and today's, where one name may have several values. */
export function createRedact(...sets: readonly Readonly<Record<string, string>>[]): Redact {
  const names = new Map<string, string>();
  for (const [name, value] of sets.flatMap((variables) => Object.entries(variables))) {
    for (const secret of secretsIn(name, value)) {
      for (const form of formsOf(secret)) if (!names.has(form)) names.set(form, name);
    }
  }
  if (names.size === 0) return (text) => text;
  // The longest first: a value may be part of another.
  const forms = [...names.keys()].toSorted((a, b) => b.length - a.length);
  // In any case: hexadecimal and URLs are written in both, and some programs shout.
  const any = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "gi");
  const named = new Map([...names].map(([form, name]) => [form.toLowerCase(), name]));
  const hidden = (form: string) => `[hidden: ${named.get(form.toLowerCase()) ?? "a secret"}]`;
  return (text) => {
    const plain = text.replace(any, hidden);
    // Most lines with colours hold no secret.
    const holdsMore = plain.search(unseen) !== -1 && plain.replace(everyUnseen, "").search(any) !== -1;
    return holdsMore ? replaceAcross(plain, any, hidden) : plain;
  };
}

/** What a terminal or a page does not show, so that a value may stand around it: colours and other escape sequences, control characters but tab and line feed, and characters without a width. */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  /\u001b\[[0-?]*[ -/]*[@-~]?|\u001b[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|\u009b[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}/u;
const everyUnseen = new RegExp(unseen, "gu");

/** Looks for values in what is seen of the text, and takes away what is not seen within them. */
function replaceAcross(text: string, any: RegExp, hidden: (form: string) => string): string {
  let seen = "";
  const places: number[] = [];
  const keep = (from: number, to: number) => {
    seen += text.slice(from, to);
    for (let at = from; at < to; at++) places.push(at);
  };
  let from = 0;
  for (const found of text.matchAll(everyUnseen)) {
    keep(from, found.index);
    from = found.index + found[0].length;
  }
  keep(from, text.length);

  let result = "";
  let done = 0;
  for (const found of seen.matchAll(any)) {
    result += text.slice(done, places[found.index]) + hidden(found[0]);
    done = (places[found.index + found[0].length - 1] ?? text.length) + 1;
  }
  return result + text.slice(done);
}

/**
 * Variables are secret unless somebody says otherwise, so of those whose names don't say it the values stay that are
 * plainly harmless, such as `production`. Of a URL only the password is hidden.
 */
function secretsIn(name: string, value: string): readonly string[] {
  const password = passwordOf(value);
  if (password !== null) return password.filter((form) => form.length >= leastChars);
  const whole = value.trim();
  const isHidden = isSecretName(name) || looksRandom(whole) || isTelling(name, whole);
  if (whole.length < leastChars || !isHidden) return [];
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  return lines.length === 1 ? [whole] : lines.filter((line) => line.length >= leastLineChars);
}

/** As it stands there and as it is meant; null: the value is no URL that holds one. */
function passwordOf(value: string): readonly string[] | null {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*?:([^/@\s]+)@/i.exec(value)?.[1];
  if (written === undefined) return null;
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}

function isTelling(name: string, value: string): boolean {
  return !ordinaryWords.test(value) && isSecretByDefault(name, value);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const written = [secret, ...inUrls(secret), ...inJson(secret), ...inHtml(secret)];
  return [...new Set([...written, bytes.toString("hex"), ...base64Of(bytes)])];
}

/** Programs differ in what they leave as it is: JavaScript `!'()*`, Python a slash, forms write a blank as a plus. Also a URL within a URL. */
function inUrls(secret: string): readonly string[] {
  const usual = encodeURIComponent(secret);
  const strict = usual.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const once = [usual, strict, strict.replaceAll("%2F", "/"), strict.replaceAll("%20", "+"), encodeURI(secret)];
  return [...once, encodeURIComponent(usual), encodeURIComponent(strict)];
}

/** Some programs write all but ASCII as escapes, and slashes or signs of HTML, too. Also JSON within JSON. */
function inJson(secret: string): readonly string[] {
  const usual = inQuotes(secret);
  const ascii = usual.replace(/[^ -~]/g, unicodeEscape);
  const forPages = ascii.replace(/[<>&'+]/g, unicodeEscape);
  return [
    usual,
    ascii,
    ascii.replaceAll("/", "\\/"),
    ascii.replace(/[<>&]/g, unicodeEscape),
    forPages,
    inQuotes(usual),
  ];
}

function inQuotes(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function inHtml(secret: string): readonly string[] {
  const tags = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const apostrophes = ["&#39;", "&#x27;"].map((sign) => tags.replaceAll("'", sign));
  return [tags, ...apostrophes.flatMap((text) => ["&quot;", "&#34;"].map((sign) => text.replaceAll('"', sign)))];
}

/**
 * In base64 a text looks different by where in three bytes it begins. What its own bytes alone decide is looked for;
 * the characters at its ends also hold bits of what stands beside it.
 */
function base64Of(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const own = encoded.slice(first, last);
    return own.length < leastChars ? [] : [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
