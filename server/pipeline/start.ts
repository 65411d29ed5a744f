import type { DeploymentSpec, ServiceSpec } from "../model/deployment/spec.ts";
import { servicesOf } from "../model/deployment/spec.ts";
import type { ContainerId } from "../model/names/ids.ts";
import { type ContainerState, ImageMissing, StartFailed } from "../ports/engine.ts";
import { execTrouble, type Program } from "../rules/diagnosis/exec-trouble.ts";
import { startRefusal } from "../rules/diagnosis/start-refusal.ts";
import { containerOf } from "../rules/rollout/container-of.ts";
import { type RolloutStep, rollout } from "../rules/rollout/rollout.ts";
import { isStateful, type LiveSpec } from "../rules/rollout/stateful.ts";
import { checkServices, ListensElsewhere } from "./check.ts";
import { carryOver } from "./containers/carry-over.ts";
import { type Networks, provideNetworks } from "./containers/networks.ts";
import { namesOf, runContainer } from "./containers/run-container.ts";
import { followInit } from "./containers/run-init.ts";
import type { RunningService } from "./containers/running-service.ts";
import { stopOthersOnItsData, stopReplaced } from "./containers/stop-replaced.ts";
import { type DeploymentContext, ownerOf, type PipelineContext } from "./context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { findPrograms, machineArchitecture } from "./images/base/find-programs.ts";

/**
 * Brings every service of the version up and through its check, in the order of the roll-out: beside whatever runs, or,
 * where that cannot be, in its place. Adopts what an earlier attempt made.
 */
export async function startServices(
  world: PipelineContext,
  work: DeploymentContext,
  asPlanned: DeploymentSpec,
  live: LiveSpec | null,
): Promise<{ readonly services: readonly RunningService[]; readonly spec: DeploymentSpec }> {
  let spec = asPlanned;
  const networks = await provideNetworks(world, ownerOf(work), spec, work.signal);
  const up = new Map<string, RunningService>();
  const checked = new Set<string>();
  /** What was told last about what is being started. */
  let told: "nothing" | "some" | "interrupted" = "nothing";

  for (const step of rollout(spec, live)) {
    await check(step.last ? [...up.keys()] : step.after.flatMap(healthy), step.last ? null : step.service.name);
    if (step.action === "skip") {
      work.journal.note(`${step.service.name} did not change, so it does not run again`);
      work.progress.through(step.service.name);
    } else if (step.action === "run") {
      await runInit(world, work, spec, step, networks);
      if (told === "some") told = "interrupted";
    } else {
      if (told === "nothing") {
        work.journal.stage("start", live ? "Starting the new version beside the old one" : "Starting the new version");
      }
      if (told === "interrupted") work.journal.stage("start", "Starting dependent services");
      told = "some";
      up.set(step.service.name, await bringUp(world, work, spec, live, step, networks));
    }
    await world.failpoint("started");
  }
  await check([...up.keys()], null);
  return { services: servicesOf(spec).flatMap(({ name }) => up.get(name) ?? []), spec };

  /** Those that have not passed yet; `waiting` is the one that waits for them, when it is not all of the version. */
  async function check(names: readonly string[], waiting: string | null): Promise<void> {
    const unchecked = names.filter((name) => !checked.has(name));
    for (;;) {
      const services = unchecked.flatMap((name) => up.get(name) ?? []);
      try {
        if (services.length > 0) await checkServices(world, work, spec, services, waiting);
        for (const { spec: service } of services) checked.add(service.name);
        return;
      } catch (error) {
        if (!(error instanceof ListensElsewhere)) throw error;
        await moveToPort(error);
      }
    }
  }

  /** The app opened another port than it was given: the same container, published there. */
  async function moveToPort({ message, service: { stack, container, spec: service }, port }: ListensElsewhere) {
    work.journal.warn(message);
    const moved = { ...service, port, portDeclared: true };
    spec = withService(spec, moved);
    await world.engine.removeContainer(container, work.signal);
    const step = { stack, service: moved, action: "start", after: [], last: false } as const;
    up.set(service.name, await bringUp(world, work, spec, live, step, networks));
  }
}

function withService(spec: DeploymentSpec, changed: ServiceSpec): DeploymentSpec {
  const services = (all: readonly ServiceSpec[]) => all.map((each) => (each.name === changed.name ? changed : each));
  return { ...spec, stacks: spec.stacks.map((stack) => ({ ...stack, services: services(stack.services) })) };
}

function healthy({ service, condition }: RolloutStep["after"][number]): readonly string[] {
  return condition === "healthy" ? [service] : [];
}

async function runInit(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  { service, stack }: RolloutStep,
  networks: Networks,
): Promise<void> {
  const { journal, signal, progress } = work;
  const { name } = service;
  const made = await world.engine.listContainers({ deployment: work.deployment.id }, signal);
  const earlier = made.find((container) => container.service === name);
  progress.enter("Running init containers", name);
  if (earlier && hasSucceeded(earlier)) {
    journal.note(`${name} has already run`);
    return progress.through(name);
  }
  journal.stage("init", `Running ${name}`);
  try {
    const making = { owner: ownerOf(work), spec, stack, service, networks, onNote: journal.note };
    const { container } = await runContainer(world, making, signal);
    await followInit(world, work, name, container);
  } catch (error) {
    if (!isOptional(name, spec) || !(error instanceof DeploymentFailed))
      throw await startFailed(world, work, "init", service, error);
    journal.warn(`${error.message}; the services that wait for it start anyway (required: false)`);
  }
  await world.failpoint("initialised");
  progress.through(name);
}

function hasSucceeded(container: ContainerState): boolean {
  return container.status === "exited" && container.exitCode === 0 && container.startedAt !== null;
}

/** Somebody waits for it, and nobody insists. */
function isOptional(name: string, spec: DeploymentSpec): boolean {
  const waiting = servicesOf(spec).flatMap(({ dependsOn }) => dependsOn.filter(({ service }) => service === name));
  return waiting.length > 0 && waiting.every(({ required }) => !required);
}

/** Why the engine could not start it, as far as the repository tells. */
async function startFailed(
  world: PipelineContext,
  work: DeploymentContext,
  stage: "init" | "start",
  service: ServiceSpec,
  error: unknown,
): Promise<unknown> {
  return startFailure(stage, service, error, error instanceof StartFailed ? await findPrograms(world, work) : []);
}

async function bringUp(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  live: LiveSpec | null,
  { service, stack, action }: RolloutStep,
  networks: Networks,
): Promise<RunningService> {
  const { journal, signal, progress } = work;
  const { name } = service;
  const kept = service.keptFrom;
  if (kept !== null) {
    const found = await findKept(world, work, service);
    progress.enter("Starting services", name);
    if (found) {
      await introduceToOthers(found.id);
      journal.note(`${name} is unchanged and keeps running`);
      return { stack, spec: service, container: found.id, hostAddress: found.hostAddress, kept: true };
    }
  }
  if (action === "replace" && live) await stopReplaced(world, work, live, service);
  if (isStateful(service)) await stopOthersOnItsData(world, work, live, spec, stack, service);
  progress.enter("Starting services", name);
  await carryOver(world, work, live, stack, service);
  const owner = { ...ownerOf(work), ...(kept !== null && { deployment: kept }) };
  const making = { owner, spec, stack, service, networks, onNote: journal.note };
  try {
    const started = await runContainer(world, making, signal);
    if (kept !== null) await introduceToOthers(started.container);
    const { hostAddress } = started;
    journal.note(`${name} started${hostAddress === null ? "" : ` (port ${service.port}, on ${hostAddress})`}`);
    return { stack, spec: service, kept: false, ...started };
  } catch (error) {
    throw await startFailed(world, work, "start", service, error);
  }

  /** One that an older Baton made as if it could run twice has not been where those that are started now look for it. */
  async function introduceToOthers(container: ContainerId): Promise<void> {
    if (networks.lasting) await world.engine.connect(container, networks.lasting, namesOf(service), signal);
  }
}

/** The container of a service that is not replaced; null when it does not run, and has to be brought back. */
async function findKept(
  world: PipelineContext,
  work: DeploymentContext,
  service: ServiceSpec,
): Promise<ContainerState | null> {
  const containers = await world.engine.listContainers({ installation: work.installation.id }, work.signal);
  const found = containerOf(work.deployment.id, service, containers);
  return found?.status === "running" ? found : null;
}

function startFailure(
  stage: "init" | "start",
  service: ServiceSpec,
  error: unknown,
  programs: readonly Program[],
): unknown {
  if (error instanceof ImageMissing) {
    return new DeploymentFailed(
      {
        stage,
        service: service.name,
        message: "its image was deleted before it could be started",
        hint: "Deploy again to rebuild it.",
      },
      { cause: error },
    );
  }
  if (error instanceof StartFailed) {
    const trouble = execTrouble(null, [error.message], programs, machineArchitecture);
    const { reason, hint } = trouble ? { reason: trouble.what, hint: trouble.advice } : startRefusal(error.message);
    return new DeploymentFailed(
      {
        stage,
        service: service.name,
        message: `${service.name} could not be started: ${reason}`,
        hint,
      },
      { cause: error },
    );
  }
  return error;
}

/** Services that an earlier attempt started, found again by their names; null when one of them is missing. */
export async function findServices(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
): Promise<readonly RunningService[] | null> {
  const containers = await world.engine.listContainers({ installation: work.installation.id }, work.signal);
  const wanted = servicesOf(spec).filter(({ kind }) => kind !== "init");
  const found = spec.stacks.flatMap((stack) =>
    stack.services.flatMap((service): readonly RunningService[] => {
      const container = service.kind === "init" ? null : containerOf(work.deployment.id, service, containers);
      if (!container) return [];
      const { id, hostAddress } = container;
      return [{ stack: stack.name, spec: service, container: id, hostAddress, kept: service.keptFrom !== null }];
    }),
  );
  return found.length === wanted.length ? found : null;
}
