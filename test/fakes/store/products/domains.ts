import type { RouteSpec } from "../../../../server/model/deployment/spec.ts";
import type { InstallationId } from "../../../../server/model/names/ids.ts";
import type { Domain, InstallationHosts } from "../../../../server/ports/store/domains.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { hasRunning } from "../deployments/queue.ts";
import type { FakeRows } from "../rows.ts";

const byHost = (a: RouteSpec, b: RouteSpec) => (a.host < b.host ? -1 : 1);

export function createDomains(rows: FakeRows): Store["domains"] {
  const claims = () => [...rows.domains, ...rows.customDomains];
  const foreign = (installation: InstallationId, routes: readonly RouteSpec[]) => {
    const hosts = routes.map(({ host }) => host);
    const found = claims().find((row) => row.installation !== installation && hosts.includes(row.host));
    return found && { taken: found.host, by: found.installation };
  };
  /** A host that is given twice belongs to the last service that got it. */
  const write = (table: Domain[], installation: InstallationId, routes: readonly Domain[]) => {
    const others = table.filter((row) => row.installation !== installation);
    const byName = new Map([...others, ...routes].map((row) => [row.host, row]));
    table.splice(0, table.length, ...[...byName.values()].sort(byHost));
  };
  const writeServed = (installation: InstallationId, routes: readonly RouteSpec[]) => {
    const served = routes.map(({ host, service, waits = false }) => ({ host, service, waits, installation }));
    write(rows.domains, installation, served);
  };
  const hostsOf = (installation: InstallationId): InstallationHosts => {
    const own = (table: readonly Domain[]) => table.filter((row) => row.installation === installation);
    return {
      custom: own(rows.customDomains).map(({ host, service }) => ({ host, service })),
      served: own(rows.domains).map(({ installation: _, ...route }) => route),
    };
  };
  const change = (installation: InstallationId, { custom, served }: InstallationHosts) => {
    if (hasRunning(rows, installation)) return "busy";
    const taken = foreign(installation, [...custom, ...served]);
    if (taken) return taken;
    const given = custom.map(({ host, service }) => ({ host, service, installation }));
    write(rows.customDomains, installation, given);
    writeServed(installation, served);
    return "ok";
  };
  return {
    list: async (installations) =>
      rows.domains.filter(({ installation }) => installations?.includes(installation) ?? true),
    ownerOf: async (host) => claims().find((row) => row.host === host)?.installation ?? null,
    setFor: async (installation, routes) => {
      const taken = foreign(installation, routes);
      if (taken) return taken;
      writeServed(installation, routes);
      return "ok";
    },
    custom: async (installation) => hostsOf(installation).custom,
    customOf: async (installations) =>
      rows.customDomains.filter(({ installation }) => installations.includes(installation)),
    setCustom: async (installation, service, hosts, served) => {
      const before = hostsOf(installation);
      const others = before.custom.filter((route) => route.service !== service && !hosts.includes(route.host));
      const custom = [...others, ...hosts.map((host) => ({ host, service }))].sort(byHost);
      return change(installation, { custom, served: served ? served(custom) : before.served });
    },
    hostsOf: async (installation) => hostsOf(installation),
    restore: async (installation, hosts) => change(installation, hosts),
  };
}
