/** Without the letters and digits that are mistaken for one another. 32 of them, so that five bits choose one. */
const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
/** Eighty bits, so that a round of SHA-256 is enough to store one by. */
const length = 16;

export const recoveryCodeCount = 10;
export const recoveryCodeBytes = length;

/** Writes a code from random bytes: `abcd-efgh-jkmn-pqrs`. */
export function recoveryCode(random: Uint8Array): string {
  const letters = [...random.subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

/** What somebody typed, as it was written; null if it cannot be a recovery code. */
export function typedRecoveryCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, "");
  if (letters.length !== length || [...letters].some((letter) => !alphabet.includes(letter))) return null;
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}
