import type { LinkId, UserId } from "../names/ids.ts";
import type { Grant } from "./user.ts";

/**
 * `first-administrator`: makes the first user. `invitation`: makes a user with the link's grants. `password-reset`:
 * sets a new password for a user. `sign-in`: signs a user in; made on the machine.
 */
export const linkKinds = ["first-administrator", "invitation", "password-reset", "sign-in"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** A secret URL that works once. */
export interface Link {
  readonly id: LinkId;
  readonly kind: LinkKind;
  /** Who an invitation is meant for; only a suggestion. */
  readonly email: string | null;
  /** What a new user may do. */
  readonly grants: readonly Grant[];
  /** The user that the link is about; null when it makes one. */
  readonly userId: UserId | null;
  /** The name of who made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}
