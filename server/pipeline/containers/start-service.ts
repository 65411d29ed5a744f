import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import { replicaName, startedReplicas } from "../../rules/rollout/replicas.ts";
import type { RolloutStep } from "../../rules/rollout/rollout.ts";
import { isStateful, type LiveSpec } from "../../rules/rollout/stateful.ts";
import { type DeploymentContext, ownerOf } from "../context/context.ts";
import { carryOver } from "../data/carry-over.ts";
import type { Networks } from "./networks.ts";
import { namesOf, runContainer } from "./run-container.ts";
import type { RunningService } from "./running-service.ts";
import { startFailure } from "./start-failure.ts";
import { stopOthersOnItsData, stopReplaced } from "./stop-replaced.ts";

/** Starts a service, or one of its replicas, or finds it running when it was kept. First stops what it replaces or shares data with. */
export async function startService(
  context: DeploymentContext,
  version: { readonly spec: DeploymentSpec; readonly live: LiveSpec | null; readonly networks: Networks },
  step: Pick<RolloutStep, "stack" | "service" | "action"> & { readonly replica?: number },
): Promise<RunningService> {
  const { engine, journal, progress, signal } = context;
  const { spec, live, networks } = version;
  const { service, stack, action, replica = 1 } = step;
  const { name, keptFrom } = service;
  if (keptFrom !== null) {
    const found = await findKept(context, service);
    progress.enter("Starting services", name);
    if (found) {
      await connectToOthers(found.id);
      journal.note(`${name} is unchanged and keeps running`);
      return { stack, spec: service, replica, container: found.id, hostAddress: found.hostAddress, kept: true };
    }
  }
  if (action === "replace" && live) await stopReplaced(context, live, service);
  if (isStateful(service)) await stopOthersOnItsData(context, version, step);
  progress.enter("Starting services", name);
  await carryOver(context, live, step);
  const owner = { ...ownerOf(context), ...(keptFrom !== null && { deployment: keptFrom }) };
  try {
    const making = { owner, spec, stack, service, replica, networks, onNote: journal.note };
    const started = await runContainer(context, making);
    if (keptFrom !== null) await connectToOthers(started.container);
    const { hostAddress } = started;
    const called = replicaName(name, replica, startedReplicas(service));
    journal.note(`${called} started${hostAddress === null ? "" : ` (port ${service.port}, on ${hostAddress})`}`);
    return { stack, spec: service, replica, kept: false, ...started };
  } catch (error) {
    throw await startFailure(context, "start", service, error);
  }

  /**
   * An older Baton may have created it as if it could run twice, outside the network in which the others look for it.
   */
  async function connectToOthers(container: ContainerId): Promise<void> {
    if (networks.lasting) await engine.connect(container, networks.lasting, namesOf(service), signal);
  }
}

/** The running container of a kept service; null when it does not run and must be started again. */
async function findKept(
  { engine, deployment, installation, signal }: DeploymentContext,
  service: ServiceSpec,
): Promise<ContainerState | null> {
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const found = containerOf(deployment.id, service, containers);
  return found?.status === "running" ? found : null;
}
