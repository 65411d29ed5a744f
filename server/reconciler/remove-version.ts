import type { HostAddress } from "../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import { removeDeployment } from "../pipeline/containers/remove.ts";
import { drain } from "../pipeline/drain.ts";
import type { ReconcilerContext } from "./context.ts";

/** More than this nobody waits for a replaced version that keeps nothing. */
const stopGraceMs = 30_000;

/**
 * Lets a replaced version answer its last requests, at most for the drain limit; then stops and removes it, but for the
 * services that a later version has kept.
 */
export async function removeVersion(
  needs: ReconcilerContext,
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
  needs: ReconcilerContext,
  installation: InstallationId | null,
  addresses: readonly HostAddress[],
  signal: AbortSignal,
): Promise<void> {
  const tell = (remaining: number) => reportRemaining(needs, installation, remaining);
  const left = await drain(needs, addresses, needs.drainTimeoutMs, tell, signal);
  if (left !== null && left > 0) await reportCutOff(needs, installation, left);
}

/** Who replaced it tells how it goes: that is the page which people look at. */
async function reportRemaining(
  needs: ReconcilerContext,
  installation: InstallationId | null,
  remaining: number,
): Promise<void> {
  const successor = await liveOf(needs, installation);
  if (successor !== null) await needs.store.events.append(successor, [{ type: "drain", remaining }]);
}

async function reportCutOff(
  needs: ReconcilerContext,
  installation: InstallationId | null,
  left: number,
): Promise<void> {
  const successor = await liveOf(needs, installation);
  if (successor === null) return;
  const text = `${left} of the previous version's requests were still open at the drain timeout and are cut off now`;
  await needs.store.events.append(successor, [
    { type: "warning", text },
    { type: "drain", remaining: 0 },
  ]);
}

async function liveOf(needs: ReconcilerContext, installation: InstallationId | null): Promise<DeploymentId | null> {
  if (installation === null) return null;
  return (await needs.store.installations.get(installation))?.liveDeploymentId ?? null;
}
