import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { recoveryCode, recoveryCodeBytes, typedRecoveryCode } from "../../../server/rules/sign-in/recovery-code.ts";

test("a code has no character that is mistaken for another one", () => {
  for (let count = 0; count < 200; count++) {
    expect(recoveryCode(randomBytes(recoveryCodeBytes))).toMatch(/^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/);
  }
});

test("each byte decides a letter, evenly", () => {
  const letters = new Set(Array.from({ length: 256 }, (_, byte) => recoveryCode(Buffer.alloc(16, byte))[0]));
  expect(letters.size).toBe(32);
});

test("a code may be typed in capitals, with spaces and without hyphens", () => {
  const code = recoveryCode(randomBytes(recoveryCodeBytes));
  for (const typed of [code, code.toUpperCase(), code.replaceAll("-", ""), ` ${code.replaceAll("-", " ")} `]) {
    expect(typedRecoveryCode(typed), typed).toBe(code);
  }
});

test("what cannot be a code is told at once", () => {
  for (const typed of ["", "123456", "abcd-efgh-jkmn", "abcd-efgh-jkmn-pqr1", "abcd-efgh-jkmn-pqrs-t"]) {
    expect(typedRecoveryCode(typed), typed).toBeNull();
  }
});
