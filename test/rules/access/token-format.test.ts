import { expect, it } from "vitest";
import { newToken } from "../../../server/commands/tokens/new-token.ts";
import { formatToken, isTokenText, tokenPattern } from "../../../server/rules/access/token-format.ts";

const { token, hint } = formatToken(Buffer.from("0123456789ab", "hex"), Buffer.alloc(32, 0xff));

it("a token is its prefix, its id, 256 bits and a checksum, always in the same form", () => {
  expect(token).toBe("baton_00M1WO4jL_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp13klM9O");
  expect(token).toMatch(tokenPattern);
  expect(token.startsWith(`${hint}_`)).toBe(true);
  const smallest = formatToken(Buffer.alloc(6), Buffer.alloc(32)).token;
  expect([smallest.length, smallest.slice(0, 20)]).toEqual([token.length, "baton_000000000_0000"]);
});

it("a scanner knows it by its checksum, and a text with one wrong character is none", () => {
  expect(isTokenText(token)).toBe(true);
  for (let index = 6; index < token.length; index++) {
    const other = token[index] === "x" ? "y" : "x";
    expect(isTokenText(token.slice(0, index) + other + token.slice(index + 1)), String(index)).toBe(false);
  }
  for (const text of ["", "baton_", token.slice(0, -1), `${token}0`, ` ${token}`])
    expect(isTokenText(text)).toBe(false);
});

it("no two are alike", () => {
  const made = Array.from({ length: 100 }, newToken);
  expect(new Set(made.map((one) => one.token)).size).toBe(100);
  expect(new Set(made.map((one) => one.hint)).size).toBe(100);
  expect(made.every((one) => isTokenText(one.token))).toBe(true);
});
