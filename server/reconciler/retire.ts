import type { HostAddress } from "../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import { removeDeployment } from "../pipeline/containers/remove.ts";
import { drain } from "../pipeline/drain.ts";
import type { CaretakerNeeds } from "./needs.ts";

/** More than this nobody waits for a replaced version that keeps nothing. */
const stopGraceMs = 30_000;

/**
 * Lets a replaced version answer its last requests, at most for the drain limit; then stops and removes it, but for the
 * services that a later version has kept.
 */
export async function retire(
  needs: CaretakerNeeds,
  leaving: {
    readonly installation: InstallationId | null;
    readonly deployment: DeploymentId;
    readonly except: readonly string[];
  },
  signal: AbortSignal,
): Promise<void> {
  const except = new Set(leaving.except);
  const containers = await needs.engine.listContainers({ deployment: leaving.deployment }, signal);
  const addresses = containers.flatMap(({ kind, status, service, hostAddress }) =>
    kind === "web" && status === "running" && hostAddress !== null && !except.has(service) ? [hostAddress] : [],
  );
  if (addresses.length > 0) await drainVersion(needs, leaving.installation, addresses, signal);
  await removeDeployment(needs, leaving.deployment, signal, { graceMs: stopGraceMs, except });
}

async function drainVersion(
  needs: CaretakerNeeds,
  installation: InstallationId | null,
  addresses: readonly HostAddress[],
  signal: AbortSignal,
): Promise<void> {
  const tell = (remaining: number) => tellSuccessor(needs, installation, remaining);
  const left = await drain(needs, addresses, needs.drainTimeoutMs, tell, signal);
  if (left !== null && left > 0) await tellCut(needs, installation, left);
}

/** Who replaced it tells how it goes: that is the page which people look at. */
async function tellSuccessor(
  needs: CaretakerNeeds,
  installation: InstallationId | null,
  remaining: number,
): Promise<void> {
  const successor = await liveOf(needs, installation);
  if (successor !== null) await needs.store.events.append(successor, [{ type: "drain", remaining }]);
}

async function tellCut(needs: CaretakerNeeds, installation: InstallationId | null, left: number): Promise<void> {
  const successor = await liveOf(needs, installation);
  if (successor === null) return;
  const text = `${left} of the previous version's requests were still open at the drain timeout and are cut off now`;
  await needs.store.events.append(successor, [
    { type: "warning", text },
    { type: "drain", remaining: 0 },
  ]);
}

async function liveOf(needs: CaretakerNeeds, installation: InstallationId | null): Promise<DeploymentId | null> {
  if (installation === null) return null;
  return (await needs.store.installations.get(installation))?.liveDeploymentId ?? null;
}
