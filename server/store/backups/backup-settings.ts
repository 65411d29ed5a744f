import { sql } from "drizzle-orm";
import type { BackupStore } from "../../ports/store/backups.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { backupSettings } from "../schema/backups.ts";

/** The table's only row. */
const id = 1;
const ownerOf = <Kind extends string>(kind: Kind) => ({ kind, id: String(id) });
const ownFolder = { type: "folder", path: null } as const;

type Settings = Pick<BackupStore, "place" | "openPlace" | "setPlace" | "key" | "keyOrSet">;

/** Where backups are kept, and the keys that open them. */
export function createBackupSettings(database: Database, secrets: Secrets): Settings {
  const keyIn = (row: Row | null) =>
    row?.recipient && row.identity
      ? { recipient: row.recipient, identity: secrets.open(ownerOf("backup identity"), row.identity) }
      : null;
  return {
    place: async () => (await database.read(onlyRow))?.place ?? ownFolder,

    async openPlace() {
      const row = await database.read(onlyRow);
      const secret = row?.placeSecret ? secrets.open(ownerOf("backup place secret"), row.placeSecret) : null;
      return { place: row?.place ?? ownFolder, secret };
    },

    async setPlace(place, secret) {
      await database.write(async ({ tx }) => {
        const seal = await secrets.sealing(tx);
        const placeSecret = secret === null ? undefined : seal(ownerOf("backup place secret"), secret);
        const row = { place, ...(place.type === "folder" ? { placeSecret: null } : placeSecret && { placeSecret }) };
        await tx
          .insert(backupSettings)
          .values({ id, ...row })
          .onConflictDoUpdate({ target: backupSettings.id, set: row });
      });
    },

    key: async () => keyIn(await database.read(onlyRow)),

    keyOrSet: ({ recipient, identity }) =>
      database.write(async ({ tx }) => {
        const sealed = (await secrets.sealing(tx))(ownerOf("backup identity"), identity);
        await tx.insert(backupSettings).values({ id }).onConflictDoNothing();
        await tx
          .update(backupSettings)
          .set({ recipient, identity: sealed })
          .where(sql`${backupSettings.id} = ${id} and ${backupSettings.recipient} is null`);
        return keyIn(await onlyRow(tx)) ?? { recipient, identity };
      }),
  };
}

type Row = typeof backupSettings.$inferSelect;

async function onlyRow(queries: Queries): Promise<Row | null> {
  const [row] = await queries.select().from(backupSettings);
  return row ?? null;
}
