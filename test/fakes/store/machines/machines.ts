import { randomBytes } from "node:crypto";
import type { MachineFacts, MachineInvitation } from "../../../../server/model/machine.ts";
import type { MachineId, MachineInvitationId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { hash } from "../access/access.ts";
import { type FakeRows, nextId } from "../rows.ts";

const unseen = (id: MachineId, facts: MachineFacts | null) =>
  ({ id, name: facts?.name ?? "", state: "unknown", since: new Date(0) }) as const;

export function createMachines(rows: FakeRows): Store["machines"] {
  const entryOf = (id: MachineInvitationId) => [...rows.machineInvitations].find(([, one]) => one.id === id);

  return {
    list: async () =>
      [...rows.machines]
        .map(([id, row]) => ({ id, ...row }))
        .map(({ id, seen, facts }) => ({ ...(seen ?? unseen(id, facts)), facts }))
        .sort((one, other) => (one.id < other.id ? -1 : 1)),

    async note(records) {
      const ids = new Set(records.map(({ id }) => id));
      for (const [id, { seen }] of rows.machines) if (seen && !ids.has(id)) rows.machines.delete(id);
      for (const { id, name, state, since } of records) {
        rows.machines.set(id, { seen: { id, name, state, since }, facts: rows.machines.get(id)?.facts ?? null });
      }
    },

    async invite(given, at) {
      const secret = randomBytes(32).toString("base64url");
      const invitation: MachineInvitation = {
        ...{ ...given, id: nextId<MachineInvitationId>(rows), createdAt: at, usedAt: null, lastTry: null },
      };
      rows.machineInvitations.set(hash(secret), invitation);
      return { invitation, secret };
    },

    findInvitation: async (secret) => rows.machineInvitations.get(hash(secret)) ?? null,

    listInvitations: async (now) =>
      [...rows.machineInvitations.values()]
        .filter(({ usedAt, expiresAt }) => usedAt === null && expiresAt > now)
        .sort((one, other) => other.id - one.id),

    async noteTry(id, lastTry) {
      const entry = entryOf(id);
      if (entry) rows.machineInvitations.set(entry[0], { ...entry[1], lastTry });
    },

    async useInvitation(id, machine, at) {
      const entry = entryOf(id);
      if (!entry || entry[1].usedAt !== null) return false;
      rows.machineInvitations.set(entry[0], { ...entry[1], usedAt: at });
      rows.machines.set(machine.id, { seen: rows.machines.get(machine.id)?.seen ?? null, facts: machine.facts });
      return true;
    },

    async withdrawInvitation(id) {
      const entry = entryOf(id);
      return entry !== undefined && entry[1].usedAt === null && rows.machineInvitations.delete(entry[0]);
    },
  };
}
