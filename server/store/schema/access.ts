import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { DeploymentId } from "../../model/names/ids.ts";
import { bytes, moment, outsideText, rowId } from "../postgres/column-types.ts";

export const tokens = pgTable(
  "tokens",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    sha256: bytes().notNull().unique(),
    administrator: boolean().notNull().default(false),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("tokens_one_administrator").on(table.administrator).where(sql`${table.administrator}`),
    check("tokens_sha256", sql`length(${table.sha256}) = 32`),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    sha256: bytes().primaryKey(),
    name: text().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [
    index("sessions_expires_at").on(table.expiresAt),
    check("sessions_sha256", sql`length(${table.sha256}) = 32`),
  ],
);

/** The audit log. Rules in its migration prevent rows from being changed or removed. */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    at: moment("at").notNull(),
    who: outsideText().notNull(),
    what: text().notNull(),
    subject: outsideText().notNull(),
    detail: outsideText(),
    /** Not a foreign key, because the entry outlives the deployment. */
    deploymentId: rowId<DeploymentId>("deployment_id"),
    address: outsideText().notNull(),
  },
  (table) => [
    index("audit_entries_who").on(table.who, table.id),
    index("audit_entries_product").on(sql`split_part(${table.subject}, ' ', 1)`, table.id),
    check("audit_entries_words", sql`${table.who} <> '' and ${table.what} <> ''`),
  ],
);
