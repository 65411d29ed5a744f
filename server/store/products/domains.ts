import { and, asc, eq, inArray, or } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { RouteSpec } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { DomainStore } from "../../ports/store/domains.ts";
import { runningStatuses } from "../deployments/deployment-row.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries, Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { domains } from "../schema/leases.ts";
import { customDomains } from "../schema/user-settings.ts";

export function createDomainStore(database: Database): DomainStore {
  return {
    list: () =>
      database.read((queries) =>
        queries
          .select({
            host: domains.host,
            installation: domains.installationId,
            service: domains.service,
            waits: domains.waits,
          })
          .from(domains)
          .orderBy(asc(domains.host)),
      ),

    ownerOf: (host) =>
      database.read(async (queries) => {
        const [claim] = await claims(queries, [host]);
        return claim?.by ?? null;
      }),

    setFor: (installation, routes) => database.write((transaction) => setFor(transaction, installation, routes)),

    custom: (installation) =>
      database.read((queries) =>
        queries
          .select({ host: customDomains.host, service: customDomains.service })
          .from(customDomains)
          .where(eq(customDomains.installationId, installation))
          .orderBy(asc(customDomains.host)),
      ),

    setCustom: (installation, service, hosts) =>
      database.write((transaction) => setCustom(transaction, installation, service, hosts)),
  };
}

async function setFor(
  { tx }: Transaction,
  installation: InstallationId,
  routes: readonly RouteSpec[],
): ReturnType<DomainStore["setFor"]> {
  // All or nothing: under the lock, a host that is free now stays free until the commit.
  await lock(tx, "domains");
  const foreign = await foreignClaim(
    tx,
    installation,
    routes.map(({ host }) => host),
  );
  if (foreign) return foreign;

  await tx.delete(domains).where(eq(domains.installationId, installation));
  if (routes.length === 0) return "ok";
  const rows = new Map(
    routes.map(({ host, service, waits = false }) => [host, { host, service, waits, installationId: installation }]),
  );
  await tx.insert(domains).values([...rows.values()]);
  return "ok";
}

async function setCustom(
  { tx }: Transaction,
  installation: InstallationId,
  service: string,
  hosts: readonly string[],
): ReturnType<DomainStore["setCustom"]> {
  // Serialised with claims, so that a deployment that begins after this reads what is written here.
  await lock(tx, "claim");
  const running = and(eq(deployments.installationId, installation), inArray(deployments.status, runningStatuses));
  if ((await tx.$count(deployments, running)) > 0) return "busy";
  await lock(tx, "domains");
  const foreign = await foreignClaim(tx, installation, hosts);
  if (foreign) return foreign;

  const replaced = or(eq(customDomains.service, service), inArray(customDomains.host, [...hosts]));
  await tx.delete(customDomains).where(and(eq(customDomains.installationId, installation), replaced));
  const rows = [...new Set(hosts)].map((host) => ({ host, service, installationId: installation }));
  if (rows.length > 0) await tx.insert(customDomains).values(rows);
  return "ok";
}

async function foreignClaim(tx: Queries, installation: InstallationId, hosts: readonly string[]) {
  const all = await claims(tx, hosts);
  return all.find(({ by }) => by !== installation) ?? null;
}

/** The services that serve these hosts, or were given them. */
function claims(queries: Queries, hosts: readonly string[]) {
  const of = (table: typeof domains | typeof customDomains) =>
    queries
      .select({ taken: table.host, by: table.installationId })
      .from(table)
      .where(inArray(table.host, [...hosts]));
  return unionAll(of(domains), of(customDomains)).orderBy(asc(domains.host));
}
