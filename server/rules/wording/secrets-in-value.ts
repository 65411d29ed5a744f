import { isSecretByDefault, isSecretName, looksRandom } from "../settings/variable-secrecy.ts";

/** Shorter texts occur in too many other words and numbers. */
export const leastChars = 6;
/** So do longer ones, if they are only letters or only digits: `preview`, `20240501`. */
const leastPlainChars = 8;
/** In a value of several lines, such as a key, each line of at least this length is hidden separately. */
const leastLineChars = 16;

/** One word, such as `production`, fills every log, whether or not it is a variable's value. */
const ordinaryWord = /^\p{L}{1,14}$/u;

/**
 * The texts that give a secret variable away. Values that are plainly harmless, such as `production`, stay visible unless
 * the variable's name says that it is secret. Of a URL, only what is secret in it is hidden.
 */
export function secretsIn(name: string, value: string): readonly string[] {
  const whole = value.trim();
  const inUrl = secretsOfUrl(whole);
  if (inUrl !== null) return inUrl.filter(isLongEnough);
  const isHidden = isSecretName(name) || looksRandom(whole) || isRevealing(name, whole);
  if (!isHidden || !isLongEnough(whole)) return [];
  const lines = linesOf(whole);
  const all = lines.length === 1 ? [whole] : [whole, ...lines.filter((line) => line.length >= leastLineChars)];
  return [...new Set([...all, ...secretsOfJson(whole)])];
}

/** Whether a secret value is too short to be found in output, so that people should be told. */
export function isTooShortToHide(name: string, value: string): boolean {
  const whole = value.trim();
  return whole !== "" && isSecretName(name) && !isLongEnough(whole);
}

function isLongEnough(text: string): boolean {
  return text.length >= (/^(?:\p{L}*|\d*)$/u.test(text) ? leastPlainChars : leastChars);
}

/** Some programs keep a key on one line, with `\n` for its line ends, and write it out with real ones. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n|\\r\\n|\\n/).map((line) => line.trim());
}

/** The password as written and decoded, and tokens in place of a user or in the query. Null for a URL without them. */
function secretsOfUrl(value: string): readonly string[] | null {
  const [, user, password] = /^[a-z][a-z0-9+.-]*:\/\/([^/@\s:]*)(?::([^/@\s]+))?@/i.exec(value) ?? [];
  const found = [password ?? "", user !== undefined && looksRandom(user) ? user : ""].filter((text) => text !== "");
  if (found.length === 0) return null;
  const query = URL.canParse(value) ? [...new URL(value).searchParams] : [];
  const inQuery = query.filter(([key, text]) => isSecretName(key) || looksRandom(text)).map(([, text]) => text);
  return [...new Set([...found, ...found.map(decoded), ...inQuery])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The secrets in a value such as a service account's JSON, of which a program may print only one. */
function secretsOfJson(value: string): readonly string[] {
  if (!/^[[{]/.test(value)) return [];
  const found: string[] = [];
  try {
    JSON.parse(value, (key, part: unknown) => {
      if (typeof part !== "string") return part;
      const lines = linesOf(part);
      if (lines.length > 1) found.push(...lines.filter((line) => line.length >= leastLineChars));
      else if ((isSecretName(key) || looksRandom(part)) && isLongEnough(part)) found.push(part);
      return part;
    });
  } catch {
    // It only looks like JSON; the whole value is hidden anyway.
  }
  return found;
}

function isRevealing(name: string, value: string): boolean {
  return !ordinaryWord.test(value) && isSecretByDefault(name, value);
}
