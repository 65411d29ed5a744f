import { expect, test } from "vitest";
import { isTooLong, refusedPassword } from "../../../server/rules/sign-in/refused-password.ts";

test("twelve characters are enough, whatever they are", () => {
  for (const password of ["correct horse", "            x", "пароль-пароль", "🐴🔋📎🐴🔋📎🐴🔋📎🐴🔋📎"]) {
    expect(refusedPassword(password), password).toBeNull();
  }
});

test("a shorter one is refused, and an emoji is one character", () => {
  expect(refusedPassword("short")).toBe("a password has at least 12 characters, and this one has 5");
  expect(refusedPassword("🐴🔋📎🐴🔋📎🐴🔋")).toBe("a password has at least 12 characters, and this one has 8");
  expect(refusedPassword("")).toContain("this one has 0");
});

test("spaces at the ends count", () => {
  expect(refusedPassword("  ten chars  ")).toBeNull();
});

test("one character over and over is refused", () => {
  expect(refusedPassword("aaaaaaaaaaaaaaaa")).toContain("over and over");
});

test("what takes more than 1,024 bytes is refused", () => {
  const longest = "ab".repeat(512);
  expect([isTooLong(longest), refusedPassword(longest)]).toEqual([false, null]);
  expect(refusedPassword(`${longest}c`)).toBe("a password has at most 1024 bytes");
  expect(isTooLong("é".repeat(513))).toBe(true);
});
