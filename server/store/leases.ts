import { asc, eq, sql } from "drizzle-orm";
import type { DeploymentId } from "../model/ids.ts";
import { type LeaseStore, PoolExhausted, type PortRange } from "../ports/store.ts";
import { lock } from "./advisory-locks.ts";
import type { Database, Queries } from "./database.ts";
import { portLeases, subnetLeases } from "./schema.ts";

/**
 * The first network of the pool that overlaps none of `taken`, or null. A rule, handed in: the store decides nothing.
 */
export type ChooseSubnet = (pool: string, taken: readonly string[]) => string | null;

export function createLeaseStore(database: Database, chooseSubnet: ChooseSubnet): LeaseStore {
  return {
    port: (deployment, service, range, avoid) =>
      database.write(async ({ tx }) => {
        await lock(tx, "leases");
        const held = (await heldPorts(tx, deployment)).get(service);
        if (held !== undefined && !avoid.has(held)) return held;
        const port = await lowestFreePort(tx, range, avoid);
        await tx
          .insert(portLeases)
          .values({ port, deploymentId: deployment, service })
          .onConflictDoUpdate({ target: [portLeases.deploymentId, portLeases.service], set: { port } });
        return port;
      }),

    ports: (deployment) => database.read((queries) => heldPorts(queries, deployment)),

    subnet: (deployment, pool, used) =>
      database.write(async ({ tx }) => {
        await lock(tx, "leases");
        const leases = await tx.select().from(subnetLeases);
        const held = leases.find((lease) => lease.deploymentId === deployment)?.subnet;
        // Nothing is chosen from the network that is held when it overlaps what is used.
        if (held !== undefined && chooseSubnet(held, used) !== null) return held;
        const subnet = chooseSubnet(pool, [...used, ...leases.map((lease) => lease.subnet)]);
        if (subnet === null) throw new PoolExhausted(`No network is free in ${pool}`);
        await tx
          .insert(subnetLeases)
          .values({ subnet, deploymentId: deployment })
          .onConflictDoUpdate({ target: subnetLeases.deploymentId, set: { subnet } });
        return subnet;
      }),

    release: (deployment) =>
      database.write(async ({ tx }) => {
        await tx.delete(portLeases).where(eq(portLeases.deploymentId, deployment));
        await tx.delete(subnetLeases).where(eq(subnetLeases.deploymentId, deployment));
      }),

    holders: () =>
      database.read(async (queries) => {
        const ports = queries.select({ id: portLeases.deploymentId }).from(portLeases);
        const subnets = queries.select({ id: subnetLeases.deploymentId }).from(subnetLeases);
        const rows = await ports.union(subnets).orderBy(asc(sql`1`));
        return rows.map(({ id }) => id);
      }),
  };
}

async function heldPorts(queries: Queries, deployment: DeploymentId): Promise<Map<string, number>> {
  const rows = await queries
    .select()
    .from(portLeases)
    .where(eq(portLeases.deploymentId, deployment))
    .orderBy(asc(portLeases.port));
  return new Map(rows.map(({ service, port }) => [service, port]));
}

async function lowestFreePort(tx: Queries, { first, last }: PortRange, avoid: ReadonlySet<number>): Promise<number> {
  const rows = await tx.select({ port: portLeases.port }).from(portLeases);
  const leased = new Set(rows.map(({ port }) => port));
  for (let port = first; port <= last; port++) {
    if (!leased.has(port) && !avoid.has(port)) return port;
  }
  throw new PoolExhausted(`No port is free between ${first} and ${last}`);
}
