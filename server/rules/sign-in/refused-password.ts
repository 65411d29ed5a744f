const minCharacters = 12;
/** Argon2 takes any length. A limit keeps a request from making the server hash a megabyte. */
const maxBytes = 1024;

/**
 * Why this cannot be somebody's new password, as the rest of a sentence; null if it can. Spaces count like any other
 * character, also at the ends.
 */
export function refusedPassword(password: string): string | null {
  if (isTooLong(password)) return `a password has at most ${maxBytes} bytes`;
  const length = [...password].length;
  if (length < minCharacters) return `a password has at least ${minCharacters} characters, and this one has ${length}`;
  if (new Set(password).size === 1) return "a password is not the same character over and over";
  return null;
}

/** Such a password was never accepted, so it need not be hashed to tell that it is wrong. */
export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > maxBytes;
}
