import { specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import { isStateful, type LiveSpec, makerOf, replacedBy } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { drain } from "../drain.ts";

/** How long an old container may take until it answers again. */
const backTimeoutMs = 30_000;
const backSlackMs = 15_000;
const lookEveryMs = 100;

/** The version that served before this deployment; null: none did. */
export async function liveBefore(world: PipelineContext, work: DeploymentContext): Promise<LiveSpec | null> {
  const now = await world.store.deployments.get(work.deployment.id);
  const id = now?.status === "deploying" && now.step === "watch" ? now.replacedId : work.installation.liveDeploymentId;
  return id === null || id === work.deployment.id ? null : versionOf(world, id);
}

async function versionOf({ store }: Pick<PipelineContext, "store">, id: DeploymentId): Promise<LiveSpec | null> {
  const deployment = await store.deployments.get(id);
  const spec = deployment && specOf(deployment);
  return spec ? { id, spec } : null;
}

/**
 * Stops the old container of a service that cannot run twice, and keeps it for the way back. Users of a web service wait
 * from here until the cut-over; those whose requests have begun get their answers first.
 */
export async function stopReplaced(
  world: PipelineContext,
  work: DeploymentContext,
  live: LiveSpec,
  service: ServiceSpec,
): Promise<void> {
  const { engine, proxy, limits } = world;
  const { journal, progress, signal } = work;
  const before = replacedBy(service, live);
  const old = before && (await containerOfLive(world, work, live, before));
  if (!before || !old) return;
  progress.removing(service.name);
  if (old.kind === "web" && old.hostAddress !== null && (await proxy.current(work.installation.id)) === live.id) {
    await proxy.hold(work.installation.id, live.id, [service.name]);
    await world.failpoint("held");
    const tell = async (remaining: number) => journal.event({ type: "drain", remaining });
    await drain(world, [old.hostAddress], limits.drainTimeoutMs, tell, signal);
  }
  if (old.status === "running" || old.status === "restarting") {
    journal.note(`Stopping the old ${service.name} so that the new one can start; it comes back if the new one fails`);
    await engine.stopContainer(old.id, before.stopGraceMs, signal);
  }
  await world.failpoint("old-stopped");
}

/**
 * Containers of two versions on one volume spoil each other's data, so whatever else of this installation still has it is
 * stopped first: the same data under another name, or what a version has left that was stopped and is still being
 * drained. Services of one version share a volume because somebody wants it so.
 */
export async function stopOthersOnItsData(
  world: PipelineContext,
  work: DeploymentContext,
  live: LiveSpec | null,
  version: DeploymentSpec,
  stack: string,
  service: ServiceSpec,
): Promise<void> {
  const { engine, store } = world;
  const { journal, installation, signal } = work;
  const wanted = volumesOf(stack, service);
  if (wanted.length === 0) return;
  for (const other of await engine.listContainers({ installation: installation.id }, signal)) {
    const isOfThisVersion = servicesOf(version).some(
      ({ name, keptFrom }) => name === other.service && (keptFrom ?? work.deployment.id) === other.owner.deployment,
    );
    if (isOfThisVersion || !other.keepsData || (other.status !== "running" && other.status !== "restarting")) continue;
    const made = await store.deployments.get(other.owner.deployment);
    const home =
      made && specOf(made)?.stacks.find(({ services }) => services.some(({ name }) => name === other.service));
    const spec = home?.services.find(({ name }) => name === other.service);
    if (!home || !spec || !volumesOf(home.name, spec).some((volume) => wanted.includes(volume))) continue;
    const ofLive = live && servicesOf(live.spec).find(({ name }) => name === other.service);
    if (live && ofLive && makerOf(ofLive, live) === other.owner.deployment) {
      await stopReplaced(world, work, live, ofLive);
    } else {
      journal.note(`Stopping a container of ${other.service} left over from an earlier version: it uses the same data`);
      await engine.stopContainer(other.id, other.stopGraceMs, signal);
    }
  }
}

function volumesOf(stack: string, { container }: Pick<ServiceSpec, "container">): readonly string[] {
  return container.mounts.flatMap((mount) =>
    mount.type === "volume" && !mount.readOnly ? [`${stack}_${mount.volume}`] : [],
  );
}

/** The old containers of services that were replaced run again, and their users need not wait any more. */
export async function restartReplaced(world: PipelineContext, work: DeploymentContext, live: LiveSpec): Promise<void> {
  const coming = servicesOf(live.spec)
    .filter(({ kind }) => kind !== "init")
    .map((service) => restart(world, work, live, service));
  const failed = (await Promise.allSettled(coming)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Each by itself: one that does not come back keeps no other one from its users. */
async function restart(
  world: PipelineContext,
  work: DeploymentContext,
  live: LiveSpec,
  service: ServiceSpec,
): Promise<void> {
  const { engine, proxy } = world;
  const { journal, installation } = work;
  const signal = world.clock.timeout(backTimeoutMs + backSlackMs);
  const old = await containerOfLive(world, { ...work, signal }, live, service);
  // What can run twice is stopped only when its data was carried over.
  if (!old || (!isStateful(service) && old.status === "running")) return;
  try {
    if (old.status === "running") return;
    await engine.startContainer(old.id, signal);
    const isBack = await untilAnswering(world, service, old, signal);
    journal.note(`The old ${service.name} is running again${isBack ? "" : ", but is not responding yet"}`);
  } finally {
    if (service.kind === "web" && old.hostAddress !== null) {
      await proxy.prepare(installation.id, live.id, new Map([[service.name, old.hostAddress]]));
    }
  }
}

async function containerOfLive(
  { engine }: Pick<PipelineContext, "engine">,
  work: DeploymentContext,
  live: LiveSpec,
  service: ServiceSpec,
): Promise<ContainerState | null> {
  const containers = await engine.listContainers({ installation: work.installation.id }, work.signal);
  return containerOf(live.id, service, containers);
}

/** Users who wait must not be let on to something that is still starting. */
async function untilAnswering(
  { prober, clock }: Pick<PipelineContext, "prober" | "clock">,
  service: ServiceSpec,
  { hostAddress }: ContainerState,
  signal: AbortSignal,
): Promise<boolean> {
  if (hostAddress === null) return true;
  const deadlineMs = clock.monotonicMs() + backTimeoutMs;
  while (clock.monotonicMs() < deadlineMs) {
    const outcome =
      service.kind === "web"
        ? await prober.http(
            { address: hostAddress, path: service.health.path, host: "localhost", timeoutMs: 5_000 },
            signal,
          )
        : await prober.tcp(hostAddress, 300, 5_000, signal);
    if (outcome.type === "answered" || outcome.type === "open") return true;
    await clock.sleep(lookEveryMs, signal);
  }
  return false;
}
