import { and, asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { type LeaseHolder, type LeaseStore, PoolExhausted, type PortRange } from "../../ports/store/leases.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { portLeases, subnetLeases } from "../schema/leases.ts";

/**
 * Returns the first network of the pool that overlaps none of `taken`, or null. The rule is passed in, because the
 * store decides nothing.
 */
export type ChooseSubnet = (pool: string, taken: readonly string[], prefix?: number) => string | null;

export function createLeaseStore(database: Database, chooseSubnet: ChooseSubnet): LeaseStore {
  /** Changes of leases wait for each other here, so that two holders never choose the same. */
  const locked = <Result>(change: (tx: Queries) => Promise<Result>) =>
    database.write(async ({ tx }) => {
      await lock(tx, "leases");
      return change(tx);
    });

  return {
    async port(holder, service, range, avoid) {
      // What it holds already nobody else can choose, so there is no need to wait for the others.
      const held = (await database.read((queries) => heldPorts(queries, holder))).get(service);
      if (held !== undefined && !avoid.has(held)) return held;
      return locked((tx) => leasePort(tx, { holder, service, range, avoid }));
    },
    ports: (holder) => database.read((queries) => heldPorts(queries, holder)),
    subnet: (holder, pool, used, prefix) =>
      locked((tx) => leaseSubnet(tx, chooseSubnet, { holder, pool, used, ...(prefix !== undefined && { prefix }) })),
    handOver: (from, to, services) => locked((tx) => handOver(tx, from, to, services)),
    holders: () => database.read(deploymentsWithLeases),

    release: (holder) =>
      database.write(async ({ tx }) => {
        await tx.delete(portLeases).where(heldBy(portLeases, holder));
        await tx.delete(subnetLeases).where(heldBy(subnetLeases, holder));
      }),
  };
}

async function leasePort(
  tx: Queries,
  wanted: {
    readonly holder: LeaseHolder;
    readonly service: string;
    readonly range: PortRange;
    readonly avoid: ReadonlySet<number>;
  },
): Promise<number> {
  const { holder, service, range, avoid } = wanted;
  const held = (await heldPorts(tx, holder)).get(service);
  if (held !== undefined && !avoid.has(held)) return held;
  const port = await lowestFreePort(tx, range, avoid);
  if (held !== undefined) await tx.delete(portLeases).where(eq(portLeases.port, held));
  await tx.insert(portLeases).values({ port, ...columnsOf(holder), service });
  return port;
}

async function leaseSubnet(
  tx: Queries,
  chooseSubnet: ChooseSubnet,
  wanted: {
    readonly holder: LeaseHolder;
    readonly pool: string;
    readonly used: readonly string[];
    readonly prefix?: number;
  },
): Promise<string> {
  const { holder, pool, used, prefix } = wanted;
  const leases = await tx.select().from(subnetLeases);
  const { deploymentId, installationId } = columnsOf(holder);
  const held = leases.find(
    (lease) => lease.deploymentId === deploymentId && lease.installationId === installationId,
  )?.subnet;
  // When the leased network overlaps a used one, nothing is chosen from it.
  if (held !== undefined && chooseSubnet(held, used, prefixOf(held)) !== null) return held;
  const subnet = chooseSubnet(pool, [...used, ...leases.map((lease) => lease.subnet)], prefix);
  if (subnet === null) throw new PoolExhausted(`No network is free in ${pool}`);
  if (held !== undefined) await tx.delete(subnetLeases).where(eq(subnetLeases.subnet, held));
  await tx.insert(subnetLeases).values({ subnet, deploymentId, installationId });
  return subnet;
}

async function handOver(
  tx: Queries,
  from: DeploymentId,
  to: InstallationId,
  services: readonly string[],
): Promise<void> {
  const lasting = await heldPorts(tx, { installation: to });
  const moving = services.filter((service) => !lasting.has(service));
  if (moving.length === 0) return;
  await tx
    .update(portLeases)
    .set({ deploymentId: null, installationId: to })
    .where(and(eq(portLeases.deploymentId, from), inArray(portLeases.service, moving)));
}

async function deploymentsWithLeases(queries: Queries): Promise<readonly DeploymentId[]> {
  const ports = queries
    .select({ id: portLeases.deploymentId })
    .from(portLeases)
    .where(isNotNull(portLeases.deploymentId));
  const subnets = queries
    .select({ id: subnetLeases.deploymentId })
    .from(subnetLeases)
    .where(isNotNull(subnetLeases.deploymentId));
  const rows = await ports.union(subnets).orderBy(asc(sql`1`));
  return rows.flatMap(({ id }) => id ?? []);
}

const prefixOf = (subnet: string) => Number(subnet.split("/")[1]);

function columnsOf(holder: LeaseHolder) {
  return "deployment" in holder
    ? { deploymentId: holder.deployment, installationId: null }
    : { deploymentId: null, installationId: holder.installation };
}

function heldBy(leases: typeof portLeases | typeof subnetLeases, holder: LeaseHolder) {
  return "deployment" in holder
    ? eq(leases.deploymentId, holder.deployment)
    : eq(leases.installationId, holder.installation);
}

async function heldPorts(queries: Queries, holder: LeaseHolder): Promise<Map<string, number>> {
  const rows = await queries.select().from(portLeases).where(heldBy(portLeases, holder)).orderBy(asc(portLeases.port));
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
