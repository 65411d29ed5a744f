const maxName = 100;
/** RFC 5321's limit of a path, without its angle brackets. */
const maxEmail = 254;

/** Why somebody cannot be called so, as the rest of a sentence; null if they can. */
export function refusedName(name: string): string | null {
  if (name.trim() === "") return "enter a name";
  if (name.length > maxName) return `a name has at most ${maxName} characters`;
  // A name stands in logs and terminals.
  return /\p{C}/u.test(name) ? "a name has no control characters" : null;
}

/**
 * Why this is no e-mail address, as the rest of a sentence. Nothing is sent to it: it is a name to sign in with, and
 * what an identity provider calls somebody by.
 */
export function refusedEmail(email: string): string | null {
  const isAddress = email.length <= maxEmail && /^[^\s@\p{C}]+@[^\s@\p{C}.]+(?:\.[^\s@\p{C}.]+)*$/u.test(email);
  return isAddress ? null : "enter an e-mail address, such as ada@example.com";
}
