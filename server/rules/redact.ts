/**
 * Takes the values of secret variables out of what is shown: output of builds and containers may repeat them, and a
 * value that was given is never sent back. Whatever holds a value as it is, in base64, in a URL or inside JSON shows
 * `[hidden: NAME]` instead.
 */
export type Redact = (text: string) => string;

/** What is shorter stands in too many other words. */
const leastChars = 8;
/** Of a value with several lines, such as a key, each that is as long as this by itself. */
const leastLineChars = 16;

const secretName = /SECRET|TOKEN|PASS|PWD|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|SALT|SIGN|CERT|WEBHOOK/i;

export function createRedact(variables: Readonly<Record<string, string>>): Redact {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) {
    for (const secret of secretsIn(name, value)) {
      for (const form of formsOf(secret)) if (!names.has(form)) names.set(form, name);
    }
  }
  if (names.size === 0) return (text) => text;
  // The longest first: a value may be part of another.
  const forms = [...names.keys()].toSorted((a, b) => b.length - a.length);
  const any = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(any, (form) => `[hidden: ${names.get(form)}]`);
}

/** By its name, or because it looks like nothing that a person would write; of a URL only the password. */
function secretsIn(name: string, value: string): readonly string[] {
  const password = passwordOf(value);
  if (password !== null) return password.filter((form) => form.length >= leastChars);
  const whole = value.trim();
  if (whole.length < leastChars || !(secretName.test(name) || looksRandom(whole))) return [];
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

function looksRandom(value: string): boolean {
  return value.length >= 20 && /^[A-Za-z0-9+/_=-]+$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, encodeURIComponent(secret), json, ...base64Of(bytes)];
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
