import { specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { replicasOf } from "../../rules/rollout/container-of.ts";
import { replicaName } from "../../rules/rollout/replicas.ts";
import type { RolloutStep } from "../../rules/rollout/rollout.ts";
import { isStateful, type LiveSpec, makerOf, replacedBy } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";
import { drain } from "../drain.ts";

/** How long an old container may take to answer again. */
const restartTimeoutMs = 30_000;
const restartSlackMs = 15_000;
const lookEveryMs = 100;

/**
 * Stops the old container of a service that cannot run twice, and keeps it for a rollback. Requests to a web service
 * wait from here until the cut-over; open requests are finished first.
 */
export async function stopReplaced(context: DeploymentContext, live: LiveSpec, service: ServiceSpec): Promise<void> {
  const { engine, proxy, limits, journal, progress, installation, signal, failpoint } = context;
  const before = replacedBy(service, live);
  const old = before && (await replicasOfLive(context, live, before))[0];
  if (!before || !old) return;
  progress.removing(service.name);
  if (old.kind === "web" && old.hostAddress !== null && (await proxy.current(installation.id)) === live.id) {
    await proxy.hold(installation.id, live.id, [service.name]);
    await failpoint("held");
    await drain(context, {
      addresses: [old.hostAddress],
      limitMs: limits.drainTimeoutMs,
      onRemaining: async (remaining) => journal.event({ type: "drain", remaining }),
    });
  }
  if (isUp(old)) {
    journal.note(`Stopping the old ${service.name} so that the new one can start; it comes back if the new one fails`);
    await engine.stopContainer(old.id, before.stopGraceMs, signal);
  }
  await failpoint("old-stopped");
}

function isUp({ status }: ContainerState): boolean {
  return status === "running" || status === "restarting";
}

/**
 * Containers of two versions on one volume corrupt each other's data, so whatever else of this installation uses the
 * volume is stopped first: a service that has the same data under another name, or a leftover of a stopped version that
 * is still draining. Services of one version share a volume only because its author wants that.
 */
export async function stopOthersOnItsData(
  context: DeploymentContext,
  version: { readonly spec: DeploymentSpec; readonly live: LiveSpec | null },
  { stack, service }: Pick<RolloutStep, "stack" | "service">,
): Promise<void> {
  const { engine, journal, deployment, installation, signal } = context;
  const { spec, live } = version;
  const wanted = volumesOf(stack, service);
  if (wanted.length === 0) return;
  for (const other of await engine.listContainers({ installation: installation.id }, signal)) {
    const isOfThisVersion = servicesOf(spec).some(
      ({ name, keptFrom }) => name === other.service && (keptFrom ?? deployment.id) === other.owner.deployment,
    );
    if (isOfThisVersion || !other.keepsData || !isUp(other)) continue;
    if (!(await volumesAsMade(context, other)).some((volume) => wanted.includes(volume))) continue;
    const ofLive = live && servicesOf(live.spec).find(({ name }) => name === other.service);
    if (live && ofLive && makerOf(ofLive, live) === other.owner.deployment) {
      await stopReplaced(context, live, ofLive);
    } else {
      journal.note(`Stopping a container of ${other.service} left over from an earlier version: it uses the same data`);
      await engine.stopContainer(other.id, other.stopGraceMs, signal);
    }
  }
}

/** The volumes of a container, according to the spec that it was created from. */
async function volumesAsMade({ store }: DeploymentContext, container: ContainerState): Promise<readonly string[]> {
  const made = await store.deployments.get(container.owner.deployment);
  for (const stack of (made && specOf(made)?.stacks) ?? []) {
    const spec = stack.services.find(({ name }) => name === container.service);
    if (spec) return volumesOf(stack.name, spec);
  }
  return [];
}

function volumesOf(stack: string, { container }: Pick<ServiceSpec, "container">): readonly string[] {
  return container.mounts.flatMap((mount) =>
    mount.type === "volume" && !mount.readOnly ? [`${stack}_${mount.volume}`] : [],
  );
}

/** Starts the old containers of replaced services again, and releases their waiting requests. */
export async function restartReplaced(context: DeploymentContext, live: LiveSpec): Promise<void> {
  const restarts = servicesOf(live.spec)
    .filter(({ kind }) => kind !== "init")
    .map((service) => restart(context, live, service));
  const failed = (await Promise.allSettled(restarts)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Each has its own time limit, so that one that does not come back does not delay the others. */
async function restart(context: DeploymentContext, live: LiveSpec, service: ServiceSpec): Promise<void> {
  const { engine, proxy, journal, clock, installation, deployment } = context;
  const own = { ...context, signal: clock.timeout(restartTimeoutMs + restartSlackMs) };
  const all = await replicasOfLive(own, live, service);
  const [first] = all;
  // A service that can run twice was stopped only if its data was carried over or replaced.
  const mayBeHeld = isStateful(service) || deployment.dataBefore !== null;
  if (!first || (!mayBeHeld && all.every(({ status }) => status === "running"))) return;
  try {
    for (const old of all) {
      if (old.status === "running") continue;
      await engine.startContainer(old.id, own.signal);
      const answers = await untilAnswering(own, service, old);
      const called = replicaName(service.name, old.replica, all.length);
      journal.note(`The old ${called} is running again${answers ? "" : ", but is not responding yet"}`);
    }
  } finally {
    // The reconciler spreads the requests over all replicas again.
    if (service.kind === "web" && first.hostAddress !== null) {
      await proxy.prepare(installation.id, live.id, new Map([[service.name, first.hostAddress]]));
    }
  }
}

async function replicasOfLive(
  { engine, installation, signal }: DeploymentContext,
  live: LiveSpec,
  service: ServiceSpec,
): Promise<readonly ContainerState[]> {
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  return replicasOf(live.id, service, containers);
}

/** Waiting requests must not reach an app that is still starting. */
async function untilAnswering(
  { prober, clock, signal }: DeploymentContext,
  { kind, health }: ServiceSpec,
  { hostAddress: address }: ContainerState,
): Promise<boolean> {
  if (address === null) return true;
  const deadlineMs = clock.monotonicMs() + restartTimeoutMs;
  while (clock.monotonicMs() < deadlineMs) {
    const outcome =
      kind === "web"
        ? await prober.http({ address, path: health.path, host: "localhost", timeoutMs: 5_000 }, signal)
        : await prober.tcp(address, 300, 5_000, signal);
    if (outcome.type === "answered" || outcome.type === "open") return true;
    await clock.sleep(lookEveryMs, signal);
  }
  return false;
}
