import { and, asc, eq, isNull } from "drizzle-orm";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Scaling } from "../../model/scaling.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { serviceScalings } from "../schema/user-settings.ts";

type Scalings = ReadonlyMap<string, Scaling>;

export async function scalingsOf(queries: Queries, installation: InstallationId): Promise<Scalings> {
  const rows = await queries.select().from(serviceScalings).where(eq(serviceScalings.installationId, installation));
  return new Map(rows.map(({ service, replicas, sticky }) => [service, { replicas, sticky }]));
}

export async function allScalings(queries: Queries): Promise<ReadonlyMap<InstallationId, Scalings>> {
  const rows = await queries.select().from(serviceScalings).orderBy(asc(serviceScalings.installationId));
  const groups = new Map<InstallationId, Map<string, Scaling>>();
  for (const { installationId, service, ...scaling } of rows) {
    groups.set(installationId, (groups.get(installationId) ?? new Map()).set(service, scaling));
  }
  return groups;
}

export async function setScaling(
  { tx }: Transaction,
  installationId: InstallationId,
  service: string,
  changes: Partial<Scaling>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  const { installationId: ofInstallation, service: ofService } = serviceScalings;
  await tx
    .insert(serviceScalings)
    .values({ installationId, service, ...changes })
    .onConflictDoUpdate({ target: [ofInstallation, ofService], set: { ...changes } });
  const isEmpty = [isNull(serviceScalings.replicas), isNull(serviceScalings.sticky)];
  await tx.delete(serviceScalings).where(and(eq(ofInstallation, installationId), eq(ofService, service), ...isEmpty));
}
