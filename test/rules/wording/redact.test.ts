import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedact } from "../../../server/rules/wording/redact.ts";
import { isTooShortToHide } from "../../../server/rules/wording/secrets-in-value.ts";

const password = "correct/horse+battery staple";
const redact = createRedact({ DB_PASSWORD: password, NODE_ENV: "production", PORT: "3000" });

describe("what is shown", () => {
  it("holds no value of a secret variable, however it is written", () => {
    const bytes = (before: string) => Buffer.from(`${before}${password}, and more`);
    const ways = [
      password,
      `--password=${password};`,
      encodeURIComponent(password),
      JSON.stringify({ password }),
      ...["", "a", "ab", "abc"].map((before) => bytes(before).toString("base64")),
      bytes("user:").toString("base64url"),
    ];
    for (const way of ways) expect(redact(`before ${way} after`), way).toContain("[hidden: DB_PASSWORD]");
    expect(redact(password)).toBe("[hidden: DB_PASSWORD]");
  });

  it("holds none as other programs write it in URLs, JSON and HTML", () => {
    const secret = `pä'ss/w"(r)d & <x>`;
    const hide = createRedact({ APP_SECRET: secret });
    const ways = [
      // Python's quote, quote_plus; PHP's and Python's JSON; Go's; JSON within JSON; a URL within a URL; HTML.
      "p%C3%A4%27ss/w%22%28r%29d%20%26%20%3Cx%3E",
      "p%C3%A4%27ss%2Fw%22%28r%29d+%26+%3Cx%3E",
      `p\\u00e4'ss\\/w\\"(r)d & <x>`,
      `p\\u00e4'ss/w\\"(r)d & <x>`,
      `p\\u00E4'ss/w\\"(r)d \\u0026 \\u003cx\\u003e`,
      JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      encodeURIComponent(encodeURIComponent(secret)),
      "pä&#39;ss/w&#34;(r)d &amp; &lt;x&gt;",
      "pä&#x27;ss/w&quot;(r)d &amp; &lt;x&gt;",
    ];
    for (const way of ways) expect(hide(`x ${way} y`), way).toBe("x [hidden: APP_SECRET] y");
  });

  it("keeps ordinary words, be they values or not", () => {
    const text = "production build on port 3000: correct, horse";
    expect(redact(text)).toBe(text);
    expect(createRedact({})(text)).toBe(text);
    expect(createRedact({ API_KEY: "short" })("too short to tell")).toBe("too short to tell");
    const words = createRedact({ STAGE: "production", SITE: "https://shop.example.com/a/long/path" });
    expect(words("production: https://shop.example.com/a/long/path")).not.toContain("hidden");
  });

  it("loses what looks random, whatever it is called, and of a URL its password alone", () => {
    const random = "9f8e7d6c5b4a39281706f5e4";
    expect(createRedact({ THING: random })(`id ${random}`)).toBe("id [hidden: THING]");
    const url = createRedact({ DATABASE_URL: "postgres://shop:p%40ssword1@db:5432/shop" });
    expect(url("postgres://shop:p%40ssword1@db:5432/shop")).toBe("postgres://shop:[hidden: DATABASE_URL]@db:5432/shop");
    expect(url("the password is p@ssword1")).toBe("the password is [hidden: DATABASE_URL]");
  });

  it("loses what is secret under any name, unless it is plainly harmless", () => {
    const secret = createRedact({ WHO_KNOWS: "hunter2-hunter2", NODE_ENV: "production", APP_VERSION: "2.10.3-beta" });
    const text = "production 2.10.3-beta started with hunter2-hunter2";
    expect(secret(text)).toBe("production 2.10.3-beta started with [hidden: WHO_KNOWS]");
  });

  it("loses a phrase of several words and a long one without spaces, which are no ordinary words", () => {
    const hide = createRedact({ PHRASE: "lobster telephone quilt", WORDS: "correcthorsebatterystaple" });
    expect(hide("lobster telephone quilt: correcthorsebatterystaple")).toBe("[hidden: PHRASE]: [hidden: WORDS]");
  });

  it("loses six characters if they are of several kinds; shorter ones and plain words or numbers stay and are known", () => {
    const hide = createRedact({ A_KEY: "hunt3r", B_KEY: "hunter", C_KEY: "123456", D_KEY: "a1b2c" });
    const text = "hunter 123456 a1b2c";
    expect(hide(`hunt3r ${Buffer.from("hunt3r").toString("hex")} ${text}`)).toBe(
      `[hidden: A_KEY] [hidden: A_KEY] ${text}`,
    );
    const isShort = (value: string) => isTooShortToHide("PIN_KEY", value);
    expect(["hunt3r", "hunter", "123456", "a1b2c", ""].map(isShort)).toEqual([false, true, true, true, false]);
  });

  it("loses all of two secrets that overlap", () => {
    const hide = createRedact({ A_TOKEN: "abcd-efgh", B_TOKEN: "efgh-ijkl" });
    expect(hide("x abcd-efgh-ijkl y")).toBe("x [hidden: A_TOKEN] y");
  });

  it("loses the beginning of a secret at which a line was cut", () => {
    const note = " … (line cut, 10 bytes left out)";
    expect(redact(`x ${password.slice(0, 12)}${note}`)).toBe(`x ${note}`);
    expect(redact(`x ${Buffer.from(password).toString("base64").slice(0, 9)}${note}`)).toBe(`x ${note}`);
    expect(redact(`x y${note}`)).toBe(`x y${note}`);
  });

  it("loses what a program takes out of a value: a key in JSON, the lines behind \\n, a token in a URL", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n";
    const account = JSON.stringify({ type: "service_account", private_key: key, private_key_id: "3c7f-secret-id" });
    const hide = createRedact({
      ACCOUNT: account,
      PEM: key.replaceAll("\n", "\\n").replaceAll("MIIE", "PEMS"),
      SITE: "https://9f8e7d6c5b4a39281706@example.com/path?api_key=k-12345678",
    });
    expect(hide("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC 3c7f-secret-id")).toBe("[hidden: ACCOUNT] [hidden: ACCOUNT]");
    expect(hide("PEMSvQIBADANBgkqhkiG9w0BAQEFAASC")).toBe("[hidden: PEM]");
    expect(hide("9f8e7d6c5b4a39281706, k-12345678")).toBe("[hidden: SITE], [hidden: SITE]");
  });

  it("loses a long value in base64 that is wrapped", () => {
    const value = Array.from({ length: 20 }, (_, at) => `part-${at}`).join("/");
    const hide = createRedact({ LONG_KEY: value });
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(value)
          .toString("base64")
          .match(new RegExp(`.{1,${width}}`, "g")) ?? [];
      expect(new Set(lines.map(hide))).toEqual(new Set(["[hidden: LONG_KEY]"]));
    }
  });

  it("loses each value of a name that has had several", () => {
    const both = createRedact({ TOKEN: "value-of-today" }, { TOKEN: "value-of-then" });
    expect(both("value-of-today, value-of-then")).toBe("[hidden: TOKEN], [hidden: TOKEN]");
  });

  it("loses every line of a key that has several", () => {
    const lines = [
      "-----BEGIN PRIVATE KEY-----",
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
      "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
    ];
    const key = createRedact({ TLS_KEY: lines.join("\n") });
    expect(lines.map(key)).toEqual(lines.map(() => "[hidden: TLS_KEY]"));
  });

  it("takes the longer of two values where one is part of the other, and signs that mean something else in a pattern", () => {
    const both = createRedact({ A_TOKEN: "abcdefgh", B_TOKEN: "abcdefgh.(*)[1]$" });
    expect(both("x abcdefgh.(*)[1]$ y abcdefgh")).toBe("x [hidden: B_TOKEN] y [hidden: A_TOKEN]");
  });

  it("holds none in hexadecimal or in another case", () => {
    const hex = Buffer.from(password).toString("hex");
    for (const way of [hex, hex.toUpperCase(), password.toUpperCase()]) {
      expect(redact(`x ${way} y`)).toBe("x [hidden: DB_PASSWORD] y");
    }
  });

  it("holds none through which colours, escapes, line ends or widthless characters run, and keeps those beside it", () => {
    const unseen = fc.constantFrom(
      "\u001b[31m",
      "\u001b[1;38;5;9m",
      "\u001b[K",
      "\u001b]0;title\u0007",
      "\r",
      "\b",
      "\u200b",
      "\u2066",
      "\u034f",
      "\ufe0f",
      "\u{e0041}",
      "\u001bPdevice\u001b\\",
      "\u001b_command\u001b\\",
      "\u001b(B",
      "\u009b31m",
      "\0",
    );
    const cuts = fc.array(fc.tuple(fc.nat(password.length), unseen), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cuts, (inserted) => {
        const signs = [...password, ""].map(
          (sign, at) => `${inserted.flatMap(([where, code]) => (where === at ? [code] : [])).join("")}${sign}`,
        );
        const shown = redact(`\u001b[32mbefore\u001b[0m ${signs.join("")} after`);
        expect(shown).toContain("[hidden: DB_PASSWORD]");
        expect(shown.startsWith("\u001b[32mbefore\u001b[0m ")).toBe(true);
        expect(shown.endsWith(" after")).toBe(true);
      }),
    );
  });

  it("holds none within an escape sequence either", () => {
    expect(redact(`\u001b]0;${password}\u0007after`)).toBe("\u001b]0;[hidden: DB_PASSWORD]\u0007after");
  });
});
