import type { Deployment } from "../../server/model/deployment/deployment.ts";
import type { HostAddress } from "../../server/model/names/host-address.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { Upstream } from "../../server/ports/proxy.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";

/**
 * Checks what users of a product would get, before every call that a server makes, so that no state in between goes
 * unseen.
 */
export interface Witness {
  /** The deployments that answered, one entry for each change; null where none answered although one should have. */
  readonly answered: readonly (DeploymentId | null)[];
  /** Faults that users must never see. */
  readonly wrong: readonly string[];
}

export function watchUsers(world: FakeWorld): Witness {
  const answered: (DeploymentId | null)[] = [];
  const wrong = new Set<string>();
  world.faults.watch(look);
  return {
    answered,
    get wrong() {
      return [...wrong];
    },
  };

  async function look(): Promise<void> {
    const installations = new Set([...world.caddy.hosts.values()].map(({ installation }) => installation));
    for (const installation of installations) {
      const current = await world.caddy.current(installation);
      if (typeof current !== "number") continue;
      const addresses = await world.caddy.upstreamsOf(installation, current);
      const routes = [...world.caddy.hosts.values()].filter((route) => route.installation === installation);
      for (const { host, service, waits = false } of routes) {
        const address = addresses.get(service);
        // The host belongs to another version: it is served from that version's cut-over on, or until it is removed.
        if (address === undefined && !waits) continue;
        const isThere = address === undefined || dialled(address).some(listens);
        note(isThere ? current : null);
        const row = world.store.rows.deployments.get(current);
        const why = row && whyWrong(row, isThere);
        if (why) wrong.add(`${host}: ${why}`);
      }
    }
  }

  /** A request that finds nobody at one slot goes to another. */
  function dialled(upstream: Upstream): readonly HostAddress[] {
    return typeof upstream === "string" ? [upstream] : upstream.slots;
  }

  function listens(address: HostAddress): boolean {
    const container = world.docker.at(address);
    const listening = container?.listens();
    return !!listening && listening.port === container?.request.publish?.containerPort;
  }

  function note(deployment: DeploymentId | null): void {
    if (answered.at(-1) !== deployment) answered.push(deployment);
  }
}

/** Why users must not reach this version now; null if they may. */
function whyWrong(row: Deployment, isThere: boolean): string | null {
  switch (row.status) {
    case "queued":
    case "building":
    case "failed":
      return `${row.number} answers and is ${row.status}`;
    case "deploying":
      // A version in its watch window may die, which Baton cannot foresee.
      return row.step === "start" ? `${row.number} answers before its checks` : null;
    case "stopped":
      return row.readyAt === null ? `${row.number} answers and was ${row.reason}` : null;
    case "ready":
      return isThere ? null : `${row.number} should answer, and does not`;
  }
}
