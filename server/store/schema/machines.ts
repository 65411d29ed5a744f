import { sql } from "drizzle-orm";
import { check, pgTable, text } from "drizzle-orm/pg-core";
import type { JoinTry, MachineFacts, MachineState } from "../../model/machine.ts";
import type { MachineId, MachineInvitationId } from "../../model/names/ids.ts";
import { bytes, document, moment, outsideText, rowId } from "../postgres/column-types.ts";

export const machines = pgTable(
  "machines",
  {
    id: text().primaryKey().$type<MachineId>(),
    /** These three are null from when it joined until it was seen for the first time. */
    name: outsideText(),
    state: text().$type<MachineState>(),
    since: moment("since"),
    facts: document<MachineFacts>("facts"),
  },
  (table) => [
    check("machines_state", sql`${table.state} in ('ready', 'draining', 'drained', 'lost', 'unknown')`),
    check("machines_seen", sql`num_nulls(${table.name}, ${table.state}, ${table.since}) in (0, 3)`),
  ],
);

/** Commands that let one machine join. */
export const machineInvitations = pgTable(
  "machine_invitations",
  {
    id: rowId<MachineInvitationId>("id").primaryKey().generatedAlwaysAsIdentity(),
    sha256: bytes().notNull().unique(),
    createdBy: outsideText("created_by").notNull(),
    createdAt: moment("created_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    usedAt: moment("used_at"),
    lastTry: document<Omit<JoinTry, "at"> & { readonly at: string }>("last_try"),
  },
  (table) => [check("machine_invitations_sha256", sql`length(${table.sha256}) = 32`)],
);
