import { and, asc, eq, inArray } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { RouteSpec } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { DomainStore, InstallationHosts } from "../../ports/store/domains.ts";
import { runningStatuses } from "../deployments/deployment-row.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { domains } from "../schema/leases.ts";
import { customDomains } from "../schema/user-settings.ts";

export function createDomainStore(database: Database): DomainStore {
  return {
    list: (installations) =>
      database.read((queries) =>
        queries
          .select({
            host: domains.host,
            installation: domains.installationId,
            service: domains.service,
            waits: domains.waits,
          })
          .from(domains)
          .where(installations && inArray(domains.installationId, [...installations]))
          .orderBy(asc(domains.host)),
      ),

    ownerOf: (host) =>
      database.read(async (queries) => {
        const [claim] = await claims(queries, [host]);
        return claim?.by ?? null;
      }),

    setFor: (installation, routes) =>
      database.write(async ({ tx }) => {
        // All or nothing: under the lock, a host that is free now stays free until the commit.
        await lock(tx, "domains");
        const foreign = await foreignClaim(tx, installation, routes);
        if (foreign) return foreign;
        await writeServed(tx, installation, routes);
        return "ok";
      }),

    custom: async (installation) => (await database.read((queries) => hostsOf(queries, installation))).custom,

    setCustom: (installation, service, hosts, served) =>
      database.write(({ tx }) =>
        change(tx, installation, (before) => {
          const own = [...new Set(hosts)].map((host) => ({ host, service }));
          const others = before.custom.filter((route) => route.service !== service && !hosts.includes(route.host));
          const custom = [...others, ...own].sort((a, b) => (a.host < b.host ? -1 : 1));
          return { custom, served: served ? served(custom) : before.served };
        }),
      ),

    customOf: (installations) =>
      database.read((queries) =>
        queries
          .select({
            host: customDomains.host,
            service: customDomains.service,
            installation: customDomains.installationId,
          })
          .from(customDomains)
          .where(inArray(customDomains.installationId, [...installations]))
          .orderBy(asc(customDomains.host)),
      ),

    hostsOf: (installation) => database.read((queries) => hostsOf(queries, installation)),

    restore: (installation, hosts) => database.write(({ tx }) => change(tx, installation, () => hosts)),
  };
}

async function change(
  tx: Queries,
  installation: InstallationId,
  after: (before: InstallationHosts) => InstallationHosts,
): ReturnType<DomainStore["setCustom"]> {
  // Serialised with claims, so that a deployment that begins after this reads what is written here.
  await lock(tx, "claim");
  const running = and(eq(deployments.installationId, installation), inArray(deployments.status, runningStatuses));
  if ((await tx.$count(deployments, running)) > 0) return "busy";
  await lock(tx, "domains");
  const { custom, served } = after(await hostsOf(tx, installation));
  const foreign = await foreignClaim(tx, installation, [...custom, ...served]);
  if (foreign) return foreign;

  await tx.delete(customDomains).where(eq(customDomains.installationId, installation));
  const rows = custom.map(({ host, service }) => ({ host, service, installationId: installation }));
  if (rows.length > 0) await tx.insert(customDomains).values(rows);
  await writeServed(tx, installation, served);
  return "ok";
}

async function hostsOf(queries: Queries, installation: InstallationId): Promise<InstallationHosts> {
  const custom = await queries
    .select({ host: customDomains.host, service: customDomains.service })
    .from(customDomains)
    .where(eq(customDomains.installationId, installation))
    .orderBy(asc(customDomains.host));
  const served = await queries
    .select({ host: domains.host, service: domains.service, waits: domains.waits })
    .from(domains)
    .where(eq(domains.installationId, installation))
    .orderBy(asc(domains.host));
  return { custom, served };
}

async function writeServed(tx: Queries, installation: InstallationId, routes: readonly RouteSpec[]): Promise<void> {
  await tx.delete(domains).where(eq(domains.installationId, installation));
  if (routes.length === 0) return;
  const rows = new Map(
    routes.map(({ host, service, waits = false }) => [host, { host, service, waits, installationId: installation }]),
  );
  await tx.insert(domains).values([...rows.values()]);
}

async function foreignClaim(tx: Queries, installation: InstallationId, routes: readonly RouteSpec[]) {
  const all = await claims(
    tx,
    routes.map(({ host }) => host),
  );
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
