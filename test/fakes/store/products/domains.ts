import type { InstallationId } from "../../../../server/model/names/ids.ts";
import type { Domain } from "../../../../server/ports/store/domains.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { hasRunning } from "../deployments/queue.ts";
import type { FakeRows } from "../rows.ts";

export function createDomains(rows: FakeRows): Store["domains"] {
  const claims = () => [...rows.domains, ...rows.customDomains];
  const foreign = (installation: InstallationId, hosts: readonly string[]) => {
    const found = claims().find((row) => row.installation !== installation && hosts.includes(row.host));
    return found && { taken: found.host, by: found.installation };
  };
  /** A host that is given twice belongs to the last service that got it. */
  const replace = (table: Domain[], isReplaced: (row: Domain) => boolean, added: readonly Domain[]) => {
    const byHost = new Map([...table.filter((row) => !isReplaced(row)), ...added].map((row) => [row.host, row]));
    table.splice(0, table.length, ...[...byHost.values()].sort((a, b) => (a.host < b.host ? -1 : 1)));
  };
  return {
    list: async () => [...rows.domains],
    ownerOf: async (host) => claims().find((row) => row.host === host)?.installation ?? null,
    async setFor(installation, routes) {
      const taken = foreign(
        installation,
        routes.map(({ host }) => host),
      );
      if (taken) return taken;
      const added = routes.map(({ host, service, waits = false }) => ({ host, service, waits, installation }));
      replace(rows.domains, (row) => row.installation === installation, added);
      return "ok";
    },
    custom: async (installation) =>
      rows.customDomains
        .filter((row) => row.installation === installation)
        .map(({ host, service }) => ({ host, service })),
    async setCustom(installation, service, hosts) {
      if (hasRunning(rows, installation)) return "busy";
      const taken = foreign(installation, hosts);
      if (taken) return taken;
      const isReplaced = (row: Domain) =>
        row.installation === installation && (row.service === service || hosts.includes(row.host));
      replace(
        rows.customDomains,
        isReplaced,
        hosts.map((host) => ({ host, service, installation })),
      );
      return "ok";
    },
  };
}
