import type { DeploymentId } from "../../model/names/ids.ts";

/** The person or program behind a request. */
export interface Identity {
  /** A token's name; shown as "who". */
  readonly name: string;
}

export interface AccessStore {
  /** Stores the SHA-256 of the first token. Resolves with false when there was one already. */
  addFirstToken(name: string, token: string): Promise<boolean>;
  /** Makes `token` the administrator's. It replaces any former one, whose sessions end. */
  setAdminToken(name: string, token: string): Promise<void>;
  hasToken(): Promise<boolean>;
  /** Resolves with null when the token is unknown. Compares hashes. */
  identify(token: string): Promise<Identity | null>;
  /** 256 random bits, returned once, stored as SHA-256. */
  openSession(identity: Identity, expiresAt: Date): Promise<string>;
  session(secret: string, now: Date): Promise<Identity | null>;
  closeSession(secret: string): Promise<void>;
}

/** The audit log: entries are written once and never changed. */
export interface AuditStore {
  record(entry: NewAuditEntry, at: Date): Promise<void>;
  /** Newest first. `before` is an id of an earlier page. */
  list(page: { readonly limit: number; readonly before?: number } & AuditFilter): Promise<readonly AuditEntry[]>;
}

export interface AuditFilter {
  /** A product's slug: actions on it and on its deployments ("shop", "shop #12"). */
  readonly product?: string | undefined;
  readonly who?: string | undefined;
}

/** Names only; no secret value is ever recorded. */
export interface NewAuditEntry {
  /** A token's name. */
  readonly who: string;
  /** The middle of a sentence: "redeployed". */
  readonly what: string;
  /** The end of the sentence: "shop #12"; empty where there is nothing to name. */
  readonly subject: string;
  /** Further facts: names of variables, hosts. */
  readonly detail: string | null;
  readonly deploymentId: DeploymentId | null;
  /** The network address that the request came from. */
  readonly address: string;
}

export interface AuditEntry extends NewAuditEntry {
  readonly id: number;
  readonly at: Date;
}
