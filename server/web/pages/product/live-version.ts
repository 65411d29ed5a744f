import type { LiveVersion } from "../../../../views/product/live-version.tsx";
import type { RunState } from "../../../../views/ui/badge.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { Installation } from "../../../model/product.ts";
import { EngineUnavailable } from "../../../ports/engine/engine.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import type { WebAdapters } from "../../adapters.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { installationState, type ServiceState, urlsOf } from "../../read/running/service-states.ts";

export async function liveOf(
  store: ReadStore,
  { liveDeploymentId }: Pick<Installation, "liveDeploymentId">,
): Promise<LiveVersion | null> {
  const deployment = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  return deployment && versionOf(deployment);
}

export function versionOf(deployment: Deployment): LiveVersion {
  return { deployment, since: "liveAt" in deployment ? deployment.liveAt : null };
}

export interface RunFacts {
  readonly status: RunState;
  readonly urls: readonly string[];
  readonly services: readonly (Omit<ServiceState, "status"> & { readonly status: RunState })[];
}

/** Reads what runs from Docker. If Docker does not answer, the page is shown without it. */
export async function runState(
  needs: WebAdapters,
  place: InstallationRef,
  live: Deployment | null,
  signal: AbortSignal,
): Promise<RunFacts> {
  try {
    const state = await installationState(needs, place, live, signal);
    const isStopping = state.status === "stopped" && (await runsStill(needs, place, signal));
    return isStopping ? { ...state, status: "stopping" } : state;
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { status: "unknown", services: [], urls: urlsOf(live, needs) };
  }
}

/** After a stop, containers may still be finishing their work. */
async function runsStill(
  { engine }: Pick<WebAdapters, "engine">,
  { installation }: InstallationRef,
  signal: AbortSignal,
) {
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  return containers.some(({ status }) => status === "running");
}
