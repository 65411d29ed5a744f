import { eq } from "drizzle-orm";
import type { SettingStore } from "../../ports/store/store.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { settings } from "../schema/products.ts";

export function createSettingStore(database: Database): SettingStore {
  return {
    get: (name) => database.read((queries) => readSetting(queries, name)),

    getOrSet: (name, value) =>
      database.write(async ({ tx }) => {
        await tx.insert(settings).values({ name, value }).onConflictDoNothing();
        return (await readSetting(tx, name)) ?? value;
      }),

    set: (name, value) => database.write(({ tx }) => writeSetting(tx, name, value)),
  };
}

export async function readSetting(queries: Queries, name: string): Promise<string | null> {
  const [row] = await queries.select({ value: settings.value }).from(settings).where(eq(settings.name, name));
  return row?.value ?? null;
}

export async function writeSetting(queries: Queries, name: string, value: string): Promise<void> {
  await queries.insert(settings).values({ name, value }).onConflictDoUpdate({ target: settings.name, set: { value } });
}
