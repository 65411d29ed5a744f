import type { DeploymentSpec, ServiceSpec } from "../model/deployment/spec.ts";
import { servicesOf } from "../model/deployment/spec.ts";
import { replicasOf } from "../rules/rollout/container-of.ts";
import { replicaNumbers, startedReplicas } from "../rules/rollout/replicas.ts";
import { type RolloutStep, rollout } from "../rules/rollout/rollout.ts";
import type { LiveSpec } from "../rules/rollout/stateful.ts";
import { checkServices, ListensElsewhere } from "./check.ts";
import { provideNetworks } from "./containers/networks.ts";
import { runInit } from "./containers/run-init.ts";
import type { RunningService } from "./containers/running-service.ts";
import { startService } from "./containers/start-service.ts";
import { type DeploymentContext, ownerOf } from "./context/context.ts";
import { backUpBefore } from "./data/back-up-before.ts";
import { putDataBack, saveDataOfNow } from "./data/go-back.ts";

/**
 * Starts and checks every service of the version in the order of the rollout: next to the running version or, where
 * that is impossible, in its place. Adopts what an earlier attempt created. Resolves with the running services, and
 * with the current spec, since an app may have opened another port.
 */
export async function startServices(
  context: DeploymentContext,
  planned: DeploymentSpec,
  live: LiveSpec | null,
): Promise<{ readonly services: readonly RunningService[]; readonly spec: DeploymentSpec }> {
  const { engine, journal, signal, failpoint } = context;
  let spec = planned;
  // While everything still runs, so that a failure leaves it as it is.
  await saveDataOfNow(context, live);
  if (live) await backUpBefore(context, spec, live);
  await putDataBack(context, live);
  const networks = await provideNetworks(context, ownerOf(context), spec);
  const started = new Map<string, readonly RunningService[]>();
  const checked = new Set<string>();
  const reportStart = createStartReport(context, live);

  for (const step of rollout(spec, live)) {
    const { name } = step.service;
    await check(step.last ? [...started.keys()] : step.after.flatMap(healthy), step.last ? null : name);
    switch (step.action) {
      case "skip":
        skipInit(context, name);
        break;
      case "run":
        if (!live) await backUpBefore(context, spec, null);
        await runInit(context, { spec, networks }, step);
        reportStart.interrupted();
        break;
      case "keep":
      case "replace":
      case "start":
        reportStart.starting();
        await startReplicas(step);
        break;
    }
    await failpoint("started");
  }
  await check([...started.keys()], null);
  return { services: servicesOf(spec).flatMap(({ name }) => started.get(name) ?? []), spec };

  async function startReplicas(step: Pick<RolloutStep, "stack" | "service" | "action">): Promise<void> {
    const running: RunningService[] = [];
    for (const replica of replicaNumbers(startedReplicas(step.service))) {
      running.push(await startService(context, { spec, live, networks }, { ...step, replica }));
    }
    started.set(step.service.name, running);
  }

  /**
   * Checks the services that have not passed yet. `waiting` is the service that needs them; null when the whole version
   * does.
   */
  async function check(names: readonly string[], waiting: string | null): Promise<void> {
    const unchecked = names.filter((name) => !checked.has(name));
    for (;;) {
      const services = unchecked.flatMap((name) => started.get(name) ?? []);
      try {
        if (services.length > 0) await checkServices(context, spec, services, waiting);
        for (const { spec: service } of services) checked.add(service.name);
        return;
      } catch (error) {
        if (!(error instanceof ListensElsewhere)) throw error;
        await moveToPort(error);
      }
    }
  }

  /** Recreates the containers of an app that opened another port than it was given, and publishes it there. */
  async function moveToPort({ message, service: { stack, spec: service }, port }: ListensElsewhere) {
    journal.warn(message);
    const moved = { ...service, port, portDeclared: true };
    spec = withService(spec, moved);
    for (const { container } of started.get(service.name) ?? []) await engine.removeContainer(container, signal);
    await startReplicas({ stack, service: moved, action: "start" });
  }
}

function skipInit({ journal, progress }: DeploymentContext, name: string): void {
  journal.note(`${name} did not change, so it does not run again`);
  progress.through(name);
}

/** Begins a stage of the log with the first service that starts, and again after init services have run in between. */
function createStartReport({ journal }: DeploymentContext, live: LiveSpec | null) {
  let reported: "nothing" | "start" | "interrupted" = "nothing";
  return {
    starting(): void {
      if (reported === "nothing")
        journal.stage("start", live ? "Starting the new version beside the old one" : "Starting the new version");
      if (reported === "interrupted") journal.stage("start", "Starting dependent services");
      reported = "start";
    },
    interrupted(): void {
      if (reported === "start") reported = "interrupted";
    },
  };
}

function withService(spec: DeploymentSpec, changed: ServiceSpec): DeploymentSpec {
  const services = (all: readonly ServiceSpec[]) => all.map((each) => (each.name === changed.name ? changed : each));
  return { ...spec, stacks: spec.stacks.map((stack) => ({ ...stack, services: services(stack.services) })) };
}

function healthy({ service, condition }: RolloutStep["after"][number]): readonly string[] {
  return condition === "healthy" ? [service] : [];
}

/** Finds services that an earlier attempt started by their names; null when a container is missing. */
export async function findServices(
  { engine, deployment, installation, signal }: DeploymentContext,
  spec: DeploymentSpec,
): Promise<readonly RunningService[] | null> {
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const found = spec.stacks.flatMap((stack) =>
    stack.services.map((service): readonly RunningService[] | null => {
      if (service.kind === "init") return [];
      const wanted = startedReplicas(service);
      const own = replicasOf(deployment.id, service, containers).filter(({ replica }) => replica <= wanted);
      if (own.length < wanted) return null;
      const shared = { stack: stack.name, spec: service, kept: service.keptFrom !== null };
      return own.map(({ id, replica, hostAddress }) => ({ ...shared, replica, container: id, hostAddress }));
    }),
  );
  return found.includes(null) ? null : found.flatMap((services) => services ?? []);
}
