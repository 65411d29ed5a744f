/** The key that secrets are encrypted with at rest, and its replacement by a new one. */
export interface KeyStore {
  /**
   * Makes a new key current and encrypts every secret with it; then the old key is removed from the key file. Everything
   * stays readable meanwhile, also to another process that works on this database. A rotation that broke off is
   * completed first, and is enough.
   */
  rotate(): Promise<KeyRotation>;
  /** Completes a rotation that broke off. Null when none did. */
  finishRotation(): Promise<KeyRotation | null>;
}

export interface KeyRotation {
  /** Whether this completed a rotation that had broken off. */
  readonly isResumed: boolean;
  /** How many secrets were encrypted again, by kind, such as `variable`. Kinds without any are left out. */
  readonly counts: Readonly<Record<string, number>>;
  /**
   * Secrets that no key opens, named by kind and row. They are left as they are, and the keys that they name stay in
   * the file.
   */
  readonly unreadable: readonly string[];
}
