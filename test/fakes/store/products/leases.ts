import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import { type LeaseHolder, PoolExhausted, type PortRange } from "../../../../server/ports/store/leases.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../../../server/rules/routing/subnets.ts";
import { drop, type FakeRows } from "../rows.ts";

/** Ports and networks, each leased once. */
export function createLeases(rows: FakeRows): Store["leases"] {
  const heldPorts = (holder: LeaseHolder) =>
    rows.ports.filter((lease) => isSame(lease.holder, holder)).sort((a, b) => a.port - b.port);
  return {
    async port(holder, service, range, avoid) {
      const held = heldPorts(holder).find((lease) => lease.service === service);
      if (held && !avoid.has(held.port)) return held.port;
      const port = lowestFree(rows, range, avoid);
      drop(rows.ports, (lease) => lease === held);
      rows.ports.push({ holder, service, port });
      return port;
    },
    ports: async (holder) => new Map(heldPorts(holder).map(({ service, port }) => [service, port])),
    async subnet(holder, pool, used, prefix) {
      const held = rows.subnets.find((lease) => isSame(lease.holder, holder));
      if (held && firstFreeSubnet(held.subnet, used, Number(held.subnet.split("/")[1])) !== null) return held.subnet;
      const subnet = firstFreeSubnet(pool, [...used, ...rows.subnets.map((lease) => lease.subnet)], prefix);
      if (subnet === null) throw new PoolExhausted(`No network is free in ${pool}`);
      drop(rows.subnets, (lease) => lease === held);
      rows.subnets.push({ holder, subnet });
      return subnet;
    },
    async handOver(from, to, services) {
      const lasting = new Set(heldPorts({ installation: to }).map(({ service }) => service));
      const moving = heldPorts({ deployment: from }).filter(
        ({ service }) => services.includes(service) && !lasting.has(service),
      );
      drop(rows.ports, (lease) => moving.includes(lease));
      rows.ports.push(...moving.map((lease) => ({ ...lease, holder: { installation: to } })));
    },
    async release(holder) {
      drop(rows.ports, (lease) => isSame(lease.holder, holder));
      drop(rows.subnets, (lease) => isSame(lease.holder, holder));
    },
    async holders() {
      const ids = [...rows.ports, ...rows.subnets].flatMap(({ holder }): DeploymentId[] =>
        "deployment" in holder ? [holder.deployment] : [],
      );
      return [...new Set(ids)].sort((a, b) => a - b);
    },
  };
}

function isSame(a: LeaseHolder, b: LeaseHolder): boolean {
  return "deployment" in a
    ? "deployment" in b && a.deployment === b.deployment
    : "installation" in b && a.installation === b.installation;
}

function lowestFree(rows: FakeRows, { first, last }: PortRange, avoid: ReadonlySet<number>): number {
  const leased = new Set(rows.ports.map(({ port }) => port));
  for (let port = first; port <= last; port++) if (!leased.has(port) && !avoid.has(port)) return port;
  throw new PoolExhausted(`No port is free between ${first} and ${last}`);
}
