/** Hashes passwords with Argon2id and checks them. A hash is a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$…$…`. */
export interface Passwords {
  /** Rejects with PasswordsBusy. */
  hash(password: string): Promise<string>;
  /**
   * Checks a password against a hash. Null stands for somebody who does not exist or has no password: the same work is
   * done, and nothing matches, so that the time tells nobody who has an account. Rejects with PasswordsBusy.
   */
  check(password: string, hash: string | null): Promise<PasswordCheck>;
}

export interface PasswordCheck {
  readonly matches: boolean;
  /** It matches, and the hash was made with other parameters than those of today: hash it again. */
  readonly isOutdated: boolean;
}

/** Too many passwords are waiting to be hashed, which takes memory and processor time. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";
  constructor() {
    super("too many people are signing in at the same time: try again in a moment");
  }
}
