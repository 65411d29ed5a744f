import { isSecretByDefault, isSecretName, looksRandom } from "../settings/variable-secrecy.ts";

/**
 * Replaces values of secret variables in text that is shown, because builds and containers may print them. A value
 * shows as `[hidden: NAME]` in any case, in base64, in hexadecimal, in URLs, inside JSON or HTML, and with colour codes
 * in it.
 */
export type Redact = (text: string) => string;

/** Shorter values would match parts of too many other words. */
const leastChars = 8;
/** In a value of several lines, such as a key, each line of at least this length is hidden separately. */
const leastLineChars = 16;

/** Words and sentences fill every log, whether or not they are a variable's value. */
const ordinaryWords = /^[\p{L}\s,.;:!?'’-]+$/u;

/** Accepts several sets, such as a version's variables and the current ones, so that a name can have several values. */
export function createRedact(...sets: readonly Readonly<Record<string, string>>[]): Redact {
  const names = new Map<string, string>();
  for (const [name, value] of sets.flatMap((variables) => Object.entries(variables))) {
    for (const secret of secretsIn(name, value)) {
      for (const form of formsOf(secret)) if (!names.has(form)) names.set(form, name);
    }
  }
  if (names.size === 0) return (text) => text;
  // The longest first, because a value may be part of another.
  const forms = [...names.keys()].toSorted((a, b) => b.length - a.length);
  // Ignores case: hexadecimal and URLs are written in both, and some programs shout.
  const any = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "gi");
  const named = new Map([...names].map(([form, name]) => [form.toLowerCase(), name]));
  const hidden = (form: string) => `[hidden: ${named.get(form.toLowerCase()) ?? "a secret"}]`;
  return (text) => {
    const plain = text.replace(any, hidden);
    // Most coloured lines hold no secret.
    const holdsMore = plain.search(unseen) !== -1 && plain.replace(everyUnseen, "").search(any) !== -1;
    return holdsMore ? replaceAcross(plain, any, hidden) : plain;
  };
}

/**
 * Characters that terminals and pages do not show, so that a value may contain them: escape sequences, control
 * characters except tab and line feed, and zero-width characters.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /\u001b\[[0-?]*[ -/]*[@-~]?|\u001b[\]PX^_][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|\u009b[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}/u;
const everyUnseen = new RegExp(unseen, "gu");

/** Searches the visible text for values, and removes the invisible characters within them. */
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
 * Variables are secret unless somebody says otherwise. Values that are plainly harmless, such as `production`, stay
 * visible unless the variable's name says that it is secret. Of a URL, only the password is hidden.
 */
function secretsIn(name: string, value: string): readonly string[] {
  const password = passwordOf(value);
  if (password !== null) return password.filter((form) => form.length >= leastChars);
  const whole = value.trim();
  const isHidden = isSecretName(name) || looksRandom(whole) || isRevealing(name, whole);
  if (whole.length < leastChars || !isHidden) return [];
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  return lines.length === 1 ? [whole] : lines.filter((line) => line.length >= leastLineChars);
}

/** The password as written and decoded. Null when the value is no URL with a password. */
function passwordOf(value: string): readonly string[] | null {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*?:([^/@\s]+)@/i.exec(value)?.[1];
  if (written === undefined) return null;
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}

function isRevealing(name: string, value: string): boolean {
  return !ordinaryWords.test(value) && isSecretByDefault(name, value);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const written = [secret, ...inUrls(secret), ...inJson(secret), ...inHtml(secret)];
  return [...new Set([...written, bytes.toString("hex"), ...base64Of(bytes)])];
}

/**
 * Programs differ in what they leave unescaped: JavaScript `!'()*`, Python a slash; forms write a space as a plus.
 * Covers a URL within a URL, too.
 */
function inUrls(secret: string): readonly string[] {
  const usual = encodeURIComponent(secret);
  const strict = usual.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const once = [usual, strict, strict.replaceAll("%2F", "/"), strict.replaceAll("%20", "+"), encodeURI(secret)];
  return [...once, encodeURIComponent(usual), encodeURIComponent(strict)];
}

/** Some programs escape everything but ASCII, slashes, or HTML's special characters. Covers JSON within JSON, too. */
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
 * In base64, a text looks different depending on its offset modulo three. The search covers what the text's own bytes
 * determine; the characters at both ends also contain bits of the neighbouring bytes.
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
