import { and, desc, eq, gt, isNotNull, isNull, notInArray } from "drizzle-orm";
import type { MachineInvitation, MachineRecord } from "../../model/machine.ts";
import type { MachineStore } from "../../ports/store/machines.ts";
import { newSecret, sha256 } from "../access/hashed-secret.ts";
import type { Database } from "../postgres/database.ts";
import { machineInvitations, machines } from "../schema/machines.ts";

const shown = {
  ...{ id: machineInvitations.id, createdBy: machineInvitations.createdBy, createdAt: machineInvitations.createdAt },
  ...{ expiresAt: machineInvitations.expiresAt, usedAt: machineInvitations.usedAt },
  lastTry: machineInvitations.lastTry,
};

export function createMachineStore(database: Database): MachineStore {
  return {
    list: () =>
      database.read(async (queries) => (await queries.select().from(machines).orderBy(machines.id)).map(recordOf)),

    note: (records) =>
      database.write(async ({ tx }) => {
        const ids = records.map(({ id }) => id);
        // One that has just joined may not have been seen yet.
        await tx.delete(machines).where(and(notInArray(machines.id, ids), isNotNull(machines.name)));
        for (const { id, ...seen } of records) {
          const { name, state, since } = seen;
          const row = { name, state, since };
          await tx
            .insert(machines)
            .values({ id, ...row })
            .onConflictDoUpdate({ target: machines.id, set: row });
        }
      }),

    ...invitations(database),
  };
}

function invitations(database: Database): Omit<MachineStore, "list" | "note"> {
  return {
    async invite(invitation, at) {
      const secret = newSecret();
      const [row] = await database.write(({ tx }) =>
        tx
          .insert(machineInvitations)
          .values({ ...invitation, sha256: sha256(secret), createdAt: at })
          .returning(shown),
      );
      if (!row) throw new Error("an invitation that was stored cannot be read");
      return { invitation: invitationOf(row), secret };
    },

    findInvitation: (secret) =>
      database.read(async (queries) => {
        const rows = await queries
          .select(shown)
          .from(machineInvitations)
          .where(eq(machineInvitations.sha256, sha256(secret)));
        return rows.map(invitationOf)[0] ?? null;
      }),

    listInvitations: (now) =>
      database.read(async (queries) => {
        const rows = await queries
          .select(shown)
          .from(machineInvitations)
          .where(and(isNull(machineInvitations.usedAt), gt(machineInvitations.expiresAt, now)))
          .orderBy(desc(machineInvitations.id));
        return rows.map(invitationOf);
      }),

    async noteTry(id, { at, name, findings }) {
      const lastTry = { at: at.toISOString(), name, findings };
      await database.write(({ tx }) =>
        tx.update(machineInvitations).set({ lastTry }).where(eq(machineInvitations.id, id)),
      );
    },

    useInvitation: (id, { id: machine, facts }, at) =>
      database.write(async ({ tx }) => {
        const unused = and(eq(machineInvitations.id, id), isNull(machineInvitations.usedAt));
        const used = await tx
          .update(machineInvitations)
          .set({ usedAt: at })
          .where(unused)
          .returning({ id: machineInvitations.id });
        if (used.length === 0) return false;
        await tx
          .insert(machines)
          .values({ id: machine, facts })
          .onConflictDoUpdate({ target: machines.id, set: { facts } });
        return true;
      }),

    withdrawInvitation: (id) =>
      database.write(async ({ tx }) => {
        const unused = and(eq(machineInvitations.id, id), isNull(machineInvitations.usedAt));
        return (await tx.delete(machineInvitations).where(unused).returning({ id: machineInvitations.id })).length > 0;
      }),
  };
}

/** One that was not seen yet is in no known state, since any time. */
function recordOf({ id, name, state, since, facts }: typeof machines.$inferSelect): MachineRecord {
  return { id, name: name ?? facts?.name ?? "", state: state ?? "unknown", since: since ?? new Date(0), facts };
}

function invitationOf({
  lastTry,
  ...row
}: Pick<typeof machineInvitations.$inferSelect, keyof typeof shown>): MachineInvitation {
  return { ...row, lastTry: lastTry && { ...lastTry, at: new Date(lastTry.at) } };
}
