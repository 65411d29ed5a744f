import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { InstallationId } from "../model/ids.ts";
import type { Queries, Transaction } from "./database.ts";
import { variables } from "./schema.ts";
import type { Secrets } from "./secrets.ts";

/** With the name in it, two values of one installation cannot change places either. */
const owner = (installation: InstallationId, name: string) =>
  ({ kind: "variable", id: `${installation} ${name}` }) as const;

export async function variableNames(queries: Queries, installation: InstallationId): Promise<readonly string[]> {
  const rows = await queries
    .select({ name: variables.name })
    .from(variables)
    .where(eq(variables.installationId, installation))
    .orderBy(asc(variables.name));
  return rows.map(({ name }) => name);
}

export async function readVariables(
  queries: Queries,
  secrets: Secrets,
  installation: InstallationId,
): Promise<Readonly<Record<string, string>>> {
  const rows = await queries
    .select()
    .from(variables)
    .where(eq(variables.installationId, installation))
    .orderBy(asc(variables.name));
  return Object.fromEntries(rows.map(({ name, value }) => [name, secrets.open(owner(installation, name), value)]));
}

export async function changeVariables(
  { tx }: Transaction,
  secrets: Secrets,
  installation: InstallationId,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
): Promise<void> {
  if (unset.length > 0) {
    const named = and(eq(variables.installationId, installation), inArray(variables.name, [...unset]));
    await tx.delete(variables).where(named);
  }
  // Sorted: two changes at once then wait for each other instead of for ever.
  const rows = Object.entries(set)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      installationId: installation,
      name,
      value: secrets.seal(owner(installation, name), value),
    }));
  if (rows.length === 0) return;
  await tx
    .insert(variables)
    .values(rows)
    .onConflictDoUpdate({ target: [variables.installationId, variables.name], set: { value: sql`excluded.value` } });
}
