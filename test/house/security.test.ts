import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const sources = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name: `server/${name}`, text: readFileSync(join(root, "server", name), "utf8") }));

describe("docs/security.md", () => {
  const rows = readFileSync(join(root, "docs/security.md"), "utf8")
    .split("\n")
    .filter((line) => line.includes("`test/"));

  it("has a test for each of its rules", () => {
    expect(rows.length).toBeGreaterThanOrEqual(37);
  });

  it.each(rows)("names tests that there are: %s", (row) => {
    const files = [...row.matchAll(/`(test\/[^`]+)`: ((?:“[^”]+”(?:, )?)+)/g)];
    expect(files.length).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of files) {
      expect(existsSync(join(root, file)), file).toBe(true);
      const text = readFileSync(join(root, file), "utf8");
      for (const [, name = ""] of names.matchAll(/“([^”]+)”/g)) {
        // As a whole string: a test that was renamed or removed is missed.
        expect(
          ['"', "`"].some((quote) => text.includes(`${quote}${name}${quote}`)),
          `${file}: ${name}`,
        ).toBe(true);
      }
    }
  });
});

describe("the server", () => {
  /** Words of variables that hold a secret, or what proves that somebody knows one. */
  const secret = /(?:[tT]oken|[sS]ecret|[sS]ignature|[pP]assword|[hH]mac|[cC]srf)$/;
  const comparison = /([\w.]+)(?:\(\))?\s*[!=]==\s*([\w."'-]+)/g;
  const compares = (line: string) =>
    [...line.matchAll(comparison)].some(([, left = "", right = ""]) => {
      const isHarmless = [left, right].some((side) => /^(?:null|undefined|["'].*|\d+)$/.test(side));
      return !isHarmless && (secret.test(left) || secret.test(right));
    });

  it("compares no secret with ===, which takes longer the more of it is right", () => {
    expect(compares("if (given !== this.webhookSecret) return;")).toBe(true);
    expect(compares("if (token === null) return;")).toBe(false);
    const offences = sources.flatMap(({ name, text }) =>
      text.split("\n").flatMap((line, at) => (compares(line) ? [`${name}:${at + 1}: ${line.trim()}`] : [])),
    );
    expect(offences).toEqual([]);
  });

  it("reads no uploaded file", () => {
    const offences = sources.filter(({ text }) => /multipart|\.formData\(|parseBody\(/.test(text));
    expect(offences.map(({ name }) => name)).toEqual([]);
  });
});
