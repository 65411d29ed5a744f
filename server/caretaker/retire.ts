import type { DeploymentId, InstallationId } from "../model/ids.ts";
import { removeDeployment } from "../pipeline/remove.ts";
import { ProxyUnavailable } from "../ports/proxy.ts";
import type { CaretakerNeeds } from "./needs.ts";

const lookEveryMs = 200;
/** One zero may fall between two requests of a keep-alive connection. */
const zerosNeeded = 2;
/** For containers that do not say themselves how long they need to stop; an engine kills them after it. */
const stopGraceMs = 10_000;

/** Lets a replaced version answer its last requests, at most for the drain limit; then stops and removes it. */
export async function retire(
  needs: CaretakerNeeds,
  leaving: { readonly installation: InstallationId | null; readonly deployment: DeploymentId },
  signal: AbortSignal,
): Promise<void> {
  const ports = [...(await needs.store.leases.ports({ deployment: leaving.deployment })).values()];
  const containers = await needs.engine.listContainers({ deployment: leaving.deployment }, signal);
  if (ports.length > 0 && containers.some((container) => container.status === "running" && container.kind === "web")) {
    await drain(needs, leaving.installation, ports, signal);
  }
  await removeDeployment(needs, leaving.deployment, signal, { graceMs: stopGraceMs });
}

async function drain(
  needs: CaretakerNeeds,
  installation: InstallationId | null,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const { clock, drainTimeoutMs } = needs;
  const deadlineMs = clock.monotonicMs() + drainTimeoutMs;
  let told: number | null = null;
  for (let zeros = 0; zeros < zerosNeeded && clock.monotonicMs() < deadlineMs; ) {
    const remaining = await requestsLeft(needs, ports, signal);
    if (remaining !== null && remaining !== told && (remaining > 0 || told !== null)) {
      await tellSuccessor(needs, installation, remaining);
      told = remaining;
    }
    zeros = remaining === 0 ? zeros + 1 : 0;
    await clock.sleep(lookEveryMs, signal);
  }
  if (told !== null && told > 0) await tellCut(needs, installation, told);
}

/** Null when the proxy cannot say: then the whole drain limit is waited. */
async function requestsLeft(
  needs: CaretakerNeeds,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const counts = await Promise.all(ports.map((port) => needs.proxy.inFlight(port, signal)));
    return counts.reduce((sum, count) => sum + count, 0);
  } catch (error) {
    if (error instanceof ProxyUnavailable) return null;
    throw error;
  }
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
  const text = `${left} of the previous version's requests were still open at the drain limit and are ended now`;
  await needs.store.events.append(successor, [
    { type: "warning", text },
    { type: "drain", remaining: 0 },
  ]);
}

async function liveOf(needs: CaretakerNeeds, installation: InstallationId | null): Promise<DeploymentId | null> {
  if (installation === null) return null;
  return (await needs.store.installations.get(installation))?.liveDeploymentId ?? null;
}
