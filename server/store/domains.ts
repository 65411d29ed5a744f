import { and, asc, eq, inArray, ne } from "drizzle-orm";
import type { InstallationId } from "../model/ids.ts";
import type { RouteSpec } from "../model/spec.ts";
import type { DomainStore } from "../ports/store.ts";
import { lock } from "./advisory-locks.ts";
import type { Database, Transaction } from "./database.ts";
import { domains } from "./schema.ts";

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

    setFor: (installation, routes) => database.write((transaction) => setFor(transaction, installation, routes)),
  };
}

async function setFor(
  { tx }: Transaction,
  installation: InstallationId,
  routes: readonly RouteSpec[],
): ReturnType<DomainStore["setFor"]> {
  // All or nothing: with the lock, what is free now is free until the commit.
  await lock(tx, "domains");
  const hosts = routes.map(({ host }) => host);
  const [foreign] = await tx
    .select({ taken: domains.host, by: domains.installationId })
    .from(domains)
    .where(and(inArray(domains.host, hosts), ne(domains.installationId, installation)))
    .orderBy(asc(domains.host))
    .limit(1);
  if (foreign) return foreign;

  await tx.delete(domains).where(eq(domains.installationId, installation));
  if (routes.length === 0) return "ok";
  const rows = new Map(
    routes.map(({ host, service, waits = false }) => [host, { host, service, waits, installationId: installation }]),
  );
  await tx.insert(domains).values([...rows.values()]);
  return "ok";
}
