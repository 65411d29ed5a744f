import fc from "fast-check";
import { expect, it } from "vitest";
import { createLineSplitter } from "../../../server/docker/containers/line-splitter.ts";
import { createRedact } from "../../../server/rules/wording/redact.ts";
import { visibleText } from "../../../server/rules/wording/unseen-characters.ts";

const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  "upper case": (secret) => secret.toUpperCase(),
  "base64, first alignment": (secret) => Buffer.from(secret).toString("base64"),
  "base64, second alignment": (secret) => Buffer.from(`a${secret}z`).toString("base64"),
  "base64, third alignment": (secret) => Buffer.from(`ab${secret}yz`).toString("base64"),
  "base64, wrapped": (secret) => Buffer.from(secret).toString("base64").replace(/.{76}/g, "$&\n"),
  base64url: (secret) => Buffer.from(`user:${secret}`).toString("base64url"),
  "percent-encoded": (secret) => encodeURIComponent(secret),
  "percent-encoded, every byte": (secret) => Buffer.from(secret).toString("hex").replace(/../g, "%$&"),
  form: (secret) => new URLSearchParams({ secret }).toString(),
  JSON: (secret) => JSON.stringify({ secret }),
  "JSON within JSON": (secret) => JSON.stringify(JSON.stringify({ secret })),
  "JSON in ASCII": (secret) =>
    JSON.stringify(secret).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "single quotes of a shell": (secret) => `'${secret.replaceAll("'", `'\\''`)}'`,
  "double quotes of a shell": (secret) => `"${secret.replace(/[$`"\\]/g, "\\$&")}"`,
  hexadecimal: (secret) => Buffer.from(secret).toString("hex"),
  "hexadecimal, upper case": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
};

/** Characters that encodings treat differently, of one to four bytes. Whose upper case is longer is printed as it is. */
const character = fc.oneof(
  fc.constantFrom(...`abcXYZ0189+/=-_.,:;&<>"'\\$\`%#@! ()[]{}*?|^~`),
  fc.constantFrom("ä", "é", "ш", "語", "€", "😀", "𝒳"),
);
const secret = fc
  .array(character, { minLength: 9, maxLength: 120 })
  .map((characters) => `s3-${characters.join("").trim()}`)
  .filter((text) => text.length >= 9);

const invisible = fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b]0;title\u0007", "\u200b", "\u009b1m", "\0");
const noise = fc.constantFrom("", "GET /", "ünïcode: ", "\u001b[32mok\u001b[0m ", "line\n", "\t", "a=");

const output = fc.record({
  secrets: fc.array(secret, { minLength: 1, maxLength: 5 }),
  parts: fc.array(
    fc.record({
      which: fc.nat(4),
      encoding: fc.constantFrom(...Object.keys(encodings)),
      before: noise,
      after: noise,
      inserted: fc.option(fc.tuple(fc.nat(200), invisible)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  cuts: fc.array(fc.nat(2_000), { maxLength: 30 }),
});

it("shows the same redacted output for any split and any encoding, and never a secret", () => {
  fc.assert(
    fc.property(output, ({ secrets, parts, cuts }) => {
      const redact = createRedact(Object.fromEntries(secrets.map((value, at) => [`SECRET_${at}`, value])));
      const printed = parts.map(({ which, encoding, inserted }) => {
        const text = encodings[encoding]?.(secrets[which % secrets.length] ?? "") ?? "";
        return inserted ? insert(text, ...inserted) : text;
      });
      const text = parts.map(({ before, after }, at) => `${before}${printed[at]}${after}\n`).join("");
      const whole = shownOf(text, [], redact);
      expect(shownOf(text, cuts, redact)).toBe(whole);
      for (const [at, { which, encoding }] of parts.entries()) {
        const own = secrets[which % secrets.length] ?? "";
        expect(visibleText(whole).toLowerCase(), `${encoding}: ${printed[at]}`).not.toContain(own.toLowerCase());
        expect(whole.split("\n").filter((line) => line.includes("[hidden: SECRET_")).length).toBeGreaterThan(0);
        expect(secretsDecoded(whole, secrets), encoding).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
});

it("shows no beginning of a secret that stands where a long line is cut", () => {
  const value = "s3cret-at-the-very-end-of-a-line";
  const redact = createRedact({ API_TOKEN: value });
  for (let before = 16 * 1024 - value.length - 3; before <= 16 * 1024 + 3; before++) {
    const shown = shownOf(`${"x".repeat(before)}${value} and more\n`, [], redact);
    expect(shown.includes("s3cr"), `${before} bytes before it`).toBe(false);
  }
});

/** Feeds the bytes to the splitter as they were cut, in the middle of characters and escape sequences too. */
function shownOf(text: string, cuts: readonly number[], redact: (text: string) => string): string {
  const bytes = Buffer.from(text);
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted(
    (a, b) => a - b,
  );
  const splitter = createLineSplitter();
  const lines = places.slice(1).flatMap((to, at) => splitter.push(bytes.subarray(places[at], to)));
  return [...lines, ...splitter.flush()].map(redact).join("\n");
}

function insert(text: string, place: number, sign: string): string {
  const characters = [...text];
  const at = place % (characters.length + 1);
  return [...characters.slice(0, at), sign, ...characters.slice(at)].join("");
}

/** Which secrets somebody finds who decodes everything that looks encoded. */
function secretsDecoded(shown: string, secrets: readonly string[]): readonly string[] {
  const visible = visibleText(shown);
  const texts = (visible.match(/[A-Za-z0-9+/_-]{8,}/g) ?? []).flatMap((part) => [
    ...[0, 1, 2, 3].map((from) => Buffer.from(part.slice(from), "base64").toString("utf8")),
    Buffer.from(part, "hex").toString("utf8"),
  ]);
  const unescaped = visible.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString(),
  );
  return secrets.filter((secret) => [...texts, unescaped].some((text) => text.includes(secret)));
}
