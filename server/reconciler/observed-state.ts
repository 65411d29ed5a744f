import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import type { Upstream } from "../ports/proxy.ts";
import type { ObservedState } from "../rules/rollout/world.ts";
import type { ReconcilerContext } from "./context.ts";

/** Reads what the engine and the proxy have. */
export async function observeState({ engine, proxy, signal }: ReconcilerContext): Promise<ObservedState> {
  const folders = await proxy.listFolders();
  const current = new Map<InstallationId, DeploymentId | "stopped">();
  const upstreams = new Map<InstallationId, ReadonlyMap<string, Upstream>>();
  for (const installation of folders.keys()) {
    const target = await proxy.current(installation);
    if (target !== null) current.set(installation, target);
    if (target !== null && target !== "stopped") {
      upstreams.set(installation, await proxy.upstreamsOf(installation, target));
    }
  }
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true }, signal),
    engine.listNetworks(signal),
  ]);
  return { containers, networks, folders, current, upstreams };
}
