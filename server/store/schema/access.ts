import { isNull, sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { LinkKind } from "../../model/access/link.ts";
import type { Role } from "../../model/access/role.ts";
import type { Scope } from "../../model/access/scope.ts";
import type { Grant } from "../../model/access/user.ts";
import type { DeploymentId, LinkId, PasskeyId, ProductId, SessionId, TokenId, UserId } from "../../model/names/ids.ts";
import { bytes, document, moment, outsideText, rowId, searchedWords } from "../postgres/column-types.ts";
import { products } from "./products.ts";

export const users = pgTable(
  "users",
  {
    id: rowId<UserId>("id").primaryKey().generatedAlwaysAsIdentity(),
    name: outsideText().notNull(),
    email: outsideText().notNull(),
    /** A PHC string; null for somebody who has no password. */
    passwordHash: text("password_hash"),
    /** Sealed: see secrets.ts. */
    totpSecret: bytes("totp_secret"),
    totpConfirmedAt: moment("totp_confirmed_at"),
    /** The last step of time that a code was used for. */
    totpStep: integer("totp_step"),
    oidcIssuer: text("oidc_issuer"),
    oidcSubject: outsideText("oidc_subject"),
    disabledAt: moment("disabled_at"),
    createdAt: moment("created_at").notNull(),
    lastSeenAt: moment("last_seen_at"),
  },
  (table) => [
    uniqueIndex("users_email").on(sql`lower(${table.email})`),
    uniqueIndex("users_oidc").on(table.oidcIssuer, table.oidcSubject),
    check("users_words", sql`${table.name} <> '' and ${table.email} <> ''`),
    check("users_totp", sql`${table.totpSecret} is not null or ${table.totpConfirmedAt} is null`),
    check("users_oidc_whole", sql`num_nulls(${table.oidcIssuer}, ${table.oidcSubject}) in (0, 2)`),
  ],
);

/** What users may do; a null product means everything. */
export const grants = pgTable(
  "grants",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    userId: rowId<UserId>("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    productId: rowId<ProductId>("product_id").references(() => products.id, { onDelete: "cascade" }),
    role: text().notNull().$type<Role>(),
  },
  (table) => [
    uniqueIndex("grants_product").on(table.userId, table.productId).where(sql`${table.productId} is not null`),
    uniqueIndex("grants_everything").on(table.userId).where(isNull(table.productId)),
    index("grants_of_product").on(table.productId),
    check("grants_role", sql`${table.role} in ('viewer', 'deployer', 'maintainer', 'admin')`),
  ],
);

export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    userId: rowId<UserId>("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    sha256: bytes().notNull(),
    usedAt: moment("used_at"),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.sha256] }),
    check("recovery_codes_sha256", sql`length(${table.sha256}) = 32`),
  ],
);

/** Ids and keys are base64url. */
export const passkeys = pgTable(
  "passkeys",
  {
    id: rowId<PasskeyId>("id").primaryKey().generatedAlwaysAsIdentity(),
    userId: rowId<UserId>("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    credentialId: text("credential_id").notNull().unique(),
    publicKey: text("public_key").notNull(),
    counter: bigint({ mode: "number" }).notNull(),
    transports: document<readonly string[]>("transports").notNull(),
    name: outsideText().notNull(),
    createdAt: moment("created_at").notNull(),
    lastUsedAt: moment("last_used_at"),
  },
  (table) => [index("passkeys_user").on(table.userId)],
);

/** Secret URLs that work once. */
export const links = pgTable(
  "links",
  {
    id: rowId<LinkId>("id").primaryKey().generatedAlwaysAsIdentity(),
    kind: text().notNull().$type<LinkKind>(),
    sha256: bytes().notNull().unique(),
    email: outsideText(),
    grants: document<readonly Grant[]>("grants").notNull(),
    userId: rowId<UserId>("user_id").references(() => users.id, { onDelete: "cascade" }),
    createdBy: outsideText("created_by").notNull(),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    usedAt: moment("used_at"),
  },
  (table) => [
    index("links_user").on(table.userId),
    check("links_sha256", sql`length(${table.sha256}) = 32`),
    check(
      "links_kind",
      sql`${table.kind} in ('first-administrator', 'invitation', 'password-reset', 'sign-in') and (${table.userId} is not null) = (${table.kind} in ('password-reset', 'sign-in'))`,
    ),
  ],
);

export const tokens = pgTable(
  "tokens",
  {
    id: rowId<TokenId>("id").primaryKey().generatedAlwaysAsIdentity(),
    name: outsideText().notNull(),
    sha256: bytes().notNull().unique(),
    /** Whether it is the server's own. */
    administrator: boolean().notNull().default(false),
    /** Null for a token that belongs to the server and may do everything. */
    userId: rowId<UserId>("user_id").references(() => users.id, { onDelete: "cascade" }),
    scopes: text().array().notNull().$type<readonly Scope[]>(),
    /** Whether it is limited to the products in `token_products`. */
    limited: boolean().notNull().default(false),
    hint: text(),
    createdAt: moment("created_at").notNull().defaultNow(),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
    lastUsedAt: moment("last_used_at"),
    lastUsedAddress: text("last_used_address"),
  },
  (table) => [
    uniqueIndex("tokens_one_administrator").on(table.administrator).where(sql`${table.administrator}`),
    index("tokens_user").on(table.userId),
    check("tokens_sha256", sql`length(${table.sha256}) = 32`),
    check("tokens_scopes", sql`${table.scopes} <@ array['read', 'deploy', 'git:push', 'manage', 'admin']`),
  ],
);

export const tokenProducts = pgTable(
  "token_products",
  {
    tokenId: rowId<TokenId>("token_id")
      .notNull()
      .references(() => tokens.id, { onDelete: "cascade" }),
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.tokenId, table.productId] }),
    index("token_products_product").on(table.productId),
  ],
);

/** Of a user, or of a token that somebody signed in with. */
export const sessions = pgTable(
  "sessions",
  {
    sha256: bytes().primaryKey(),
    id: rowId<SessionId>("id").notNull().unique().generatedAlwaysAsIdentity(),
    userId: rowId<UserId>("user_id").references(() => users.id, { onDelete: "cascade" }),
    tokenId: rowId<TokenId>("token_id").references(() => tokens.id, { onDelete: "cascade" }),
    device: outsideText(),
    address: text(),
    createdAt: moment("created_at").notNull().defaultNow(),
    lastSeenAt: moment("last_seen_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
    secondFactorAt: moment("second_factor_at"),
  },
  (table) => [
    index("sessions_expires_at").on(table.expiresAt),
    index("sessions_user").on(table.userId),
    index("sessions_token").on(table.tokenId),
    check("sessions_sha256", sql`length(${table.sha256}) = 32`),
    check("sessions_owner", sql`num_nonnulls(${table.userId}, ${table.tokenId}) = 1`),
  ],
);

/** Where people may sign in with OpenID Connect. It has one row at most. */
export const identityProviders = pgTable(
  "identity_providers",
  {
    id: integer().primaryKey(),
    label: outsideText().notNull(),
    issuer: text().notNull(),
    clientId: outsideText("client_id").notNull(),
    /** Sealed: see secrets.ts. */
    clientSecret: bytes("client_secret").notNull(),
    domains: text().array().notNull(),
    role: text().$type<Role>(),
  },
  (table) => [
    check("identity_providers_one", sql`${table.id} = 1`),
    check("identity_providers_role", sql`${table.role} in ('viewer', 'deployer', 'maintainer', 'admin')`),
  ],
);

/** The audit log. Rules in its migration prevent rows from being changed or removed. */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    at: moment("at").notNull(),
    who: outsideText().notNull(),
    /** Not a foreign key, because the entry outlives the token. */
    token: outsideText(),
    what: text().notNull(),
    subject: outsideText().notNull(),
    /** Not a foreign key, because the entry outlives the product. */
    product: outsideText(),
    detail: outsideText(),
    /** Not a foreign key, because the entry outlives the deployment. */
    deploymentId: rowId<DeploymentId>("deployment_id"),
    address: outsideText().notNull(),
    /**
     * The words that an entry is found by. Addresses, hosts and names of variables are taken apart, so that each part of
     * them begins a word. Stored, because making them takes far longer than comparing them.
     */
    words: searchedWords().generatedAlwaysAs(
      sql`to_tsvector('simple', translate("who" || ' ' || coalesce("token", '') || ' ' || "what" || ' ' || "subject" || ' ' || coalesce(left("detail", 10000), '') || ' ' || "address", '._:/@#-+', '        '))`,
    ),
  },
  (table) => [
    // One for each way to ask for a page. An entry's time is not unique, so its id comes after it.
    index("audit_entries_at").on(table.at, table.id),
    index("audit_entries_who").on(table.who, table.at, table.id),
    index("audit_entries_token").on(table.token, table.at, table.id).where(sql`${table.token} is not null`),
    index("audit_entries_what").on(table.what, table.at, table.id),
    index("audit_entries_product").on(table.product, table.at, table.id),
    index("audit_entries_words").using("gin", table.words),
    check("audit_entries_words", sql`${table.who} <> '' and ${table.what} <> ''`),
  ],
);
