import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { removeDeployment } from "../../pipeline/containers/remove.ts";
import { drain } from "../../pipeline/drain.ts";
import type { ReconcilerContext } from "../context.ts";

/** The longest that a replaced version may take to stop, unless it keeps data. */
const stopGraceMs = 30_000;

/**
 * Drains a replaced version for at most the drain timeout, then stops and removes it, except services that a later
 * version has kept.
 */
export async function removeVersion(
  context: ReconcilerContext,
  version: {
    readonly installation: InstallationId | null;
    readonly deployment: DeploymentId;
    readonly except: readonly string[];
  },
): Promise<void> {
  const { engine, signal } = context;
  const { installation, deployment } = version;
  const except = new Set(version.except);
  const containers = await engine.listContainers({ deployment }, signal);
  const addresses = containers.flatMap(({ kind, status, service, hostAddress }) =>
    kind === "web" && status === "running" && hostAddress !== null && !except.has(service) ? [hostAddress] : [],
  );
  if (addresses.length > 0) await drainVersion(context, installation, addresses);
  await removeDeployment(context, deployment, { graceMs: stopGraceMs, except });
}

async function drainVersion(
  context: ReconcilerContext,
  installation: InstallationId | null,
  addresses: readonly HostAddress[],
): Promise<void> {
  const onRemaining = (remaining: number) => reportRemaining(context, installation, remaining);
  const left = await drain(context, { addresses, limitMs: context.drainTimeoutMs, onRemaining });
  if (left !== null && left > 0) await reportCutOff(context, installation, left);
}

/** Reported in the log of the version that replaced it, because that is the page people look at. */
async function reportRemaining(
  context: ReconcilerContext,
  installation: InstallationId | null,
  remaining: number,
): Promise<void> {
  const successor = await liveOf(context, installation);
  if (successor !== null) await context.store.events.append(successor, [{ type: "drain", remaining }]);
}

async function reportCutOff(
  context: ReconcilerContext,
  installation: InstallationId | null,
  left: number,
): Promise<void> {
  const successor = await liveOf(context, installation);
  if (successor === null) return;
  const text = `${left} of the previous version's requests were still open at the drain timeout and are cut off now`;
  await context.store.events.append(successor, [
    { type: "warning", text },
    { type: "drain", remaining: 0 },
  ]);
}

async function liveOf({ store }: ReconcilerContext, installation: InstallationId | null): Promise<DeploymentId | null> {
  if (installation === null) return null;
  return (await store.installations.get(installation))?.liveDeploymentId ?? null;
}
