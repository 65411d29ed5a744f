import type { PasskeyId, ProductId, UserId } from "../names/ids.ts";
import type { Role } from "./role.ts";

/** A role for one product, or for everything (`productId: null`), future products included. */
export interface Grant {
  readonly role: Role;
  readonly productId: ProductId | null;
}

/** A person who can sign in. */
export interface User {
  readonly id: UserId;
  /** How pages, pushes and the activity log call them. */
  readonly name: string;
  /** Unique, whatever its case. */
  readonly email: string;
  /** Since when they can no longer sign in; null for everybody else. */
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  /** At most one for each product and one for everything. Where both apply, the higher role counts. */
  readonly grants: readonly Grant[];
  /** The ways in which they can sign in. */
  readonly hasPassword: boolean;
  readonly hasTotp: boolean;
  readonly hasOidc: boolean;
}

/** A public key of a device or a password manager. Keys and ids are base64url. */
export interface Passkey {
  readonly id: PasskeyId;
  readonly userId: UserId;
  readonly credentialId: string;
  readonly publicKey: string;
  /** The authenticator's signature counter at its last use; 0 when it has none. */
  readonly counter: number;
  /** How the browser reaches it: "internal", "usb" …, as the browser named them. */
  readonly transports: readonly string[];
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}
