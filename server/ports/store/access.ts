import type { ApiToken } from "../../model/access/api-token.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { Scope } from "../../model/access/scope.ts";
import type { BrowserSession, SessionOwner } from "../../model/access/session.ts";
import type { DeploymentId, ProductId, SessionId, TokenId, UserId } from "../../model/names/ids.ts";

/** Tokens and sessions: who a request comes from. Secrets are 256 random bits that are stored as SHA-256. */
export interface AccessStore {
  /** Stores the first token. Resolves with false when there was one already. */
  addFirstToken(name: string, token: string): Promise<boolean>;
  /** Makes `token` the server's own. It replaces any former one, whose sessions end. */
  setAdminToken(name: string, token: string): Promise<void>;
  hasToken(): Promise<boolean>;
  /** The owner of a token. */
  identify(token: string, now: Date): Promise<Identified>;

  /** The tokens of a user, or all of them. Newest first; revoked ones are left out. */
  listTokens(owner: UserId | "all"): Promise<readonly ApiToken[]>;
  getToken(id: TokenId): Promise<ApiToken | null>;
  addToken(token: NewToken, at: Date): Promise<ApiToken>;
  /** Ends its sessions, too. False when there is no such token or it was revoked before. */
  revokeToken(id: TokenId, at: Date): Promise<boolean>;

  /** Resolves with the secret, once. */
  openSession(session: NewSession, at: Date): Promise<string>;
  /** Null when there is no such session any more, or its owner is disabled. */
  session(secret: string, now: Date): Promise<Principal | null>;
  closeSession(secret: string): Promise<void>;
  /** Those that are still valid, newest use first. */
  listSessions(user: UserId, now: Date): Promise<readonly BrowserSession[]>;
  /** Ends one session of a user; false when they have no such session. */
  closeSessionOf(user: UserId, id: SessionId): Promise<boolean>;
  /** Ends all sessions of a user but one. Resolves with their number. */
  closeOtherSessions(user: UserId, kept: SessionId | null): Promise<number>;
  markSecondFactor(id: SessionId, at: Date): Promise<void>;

  /** Notes when and from where tokens, sessions and their users were last used; an earlier time changes nothing. */
  stampUses(uses: readonly Use[]): Promise<void>;
}

/** Why a token opens nothing. `unknown` may be a wrong guess; the others were valid once. */
export type Identified =
  | { readonly type: "known"; readonly principal: Principal }
  | { readonly type: "unknown" }
  | { readonly type: "expired" | "revoked"; readonly name: string; readonly at: Date }
  | { readonly type: "disabled"; readonly name: string };

export interface NewToken {
  readonly name: string;
  readonly userId: UserId | null;
  /** The token itself; only its hash is stored. */
  readonly token: string;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly productIds: readonly ProductId[] | null;
  readonly expiresAt: Date | null;
}

export interface NewSession {
  readonly owner: SessionOwner;
  readonly expiresAt: Date;
  readonly device: string | null;
  readonly address: string | null;
  readonly secondFactorAt: Date | null;
}

/** One use of a credential. */
export interface Use {
  readonly tokenId: TokenId | null;
  readonly sessionId: SessionId | null;
  readonly userId: UserId | null;
  readonly address: string;
  readonly at: Date;
}

/** The audit log: entries are written once and never changed. */
export interface AuditStore {
  record(entry: NewAuditEntry, at: Date): Promise<void>;
  /** Newest first. `before` is the id of the last entry of the page before. */
  list(page: { readonly limit: number; readonly before?: number } & AuditFilter): Promise<readonly AuditEntry[]>;
  /** The people, tokens and actions that there are entries of, to choose from. Sorted; a few hundred of each at most. */
  choices(): Promise<AuditChoices>;
}

export interface AuditChoices {
  readonly who: readonly string[];
  readonly token: readonly string[];
  readonly what: readonly string[];
}

export interface AuditFilter {
  /** A product's slug: actions on it and on its deployments. */
  readonly product?: string | undefined;
  readonly who?: string | undefined;
  readonly token?: string | undefined;
  /** The exact words of an action: "redeployed". */
  readonly what?: string | undefined;
  /** Each of its words begins a word of the entry. See search-words.ts. */
  readonly text?: string | undefined;
  readonly from?: Date | undefined;
  /** The first moment that is too late. */
  readonly to?: Date | undefined;
  /** Only actions on these products, by the names that they have today. */
  readonly products?: readonly ProductId[] | undefined;
}

/** Names only; no secret value is ever recorded. */
export interface NewAuditEntry {
  /** The name of a person, or of the server's own token. It stays when the person is deleted. */
  readonly who: string;
  /** The name of the person's token that was used. Null for somebody in a browser, and for the server's own token. */
  readonly token: string | null;
  /** The middle of a sentence: "redeployed". */
  readonly what: string;
  /** The end of the sentence: "shop #12"; empty where there is nothing to name. */
  readonly subject: string;
  /** The slug of the product that it was done to; null for what is about no product. */
  readonly product: string | null;
  /** What changed, before and after: names of variables, hosts, settings. */
  readonly detail: string | null;
  readonly deploymentId: DeploymentId | null;
  /** The network address that the request came from. */
  readonly address: string;
}

export interface AuditEntry extends NewAuditEntry {
  readonly id: number;
  readonly at: Date;
}
