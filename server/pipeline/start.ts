import type { ContainerId } from "../model/ids.ts";
import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../model/spec.ts";
import { ImageMissing, PortTaken, StartFailed, SubnetTaken } from "../ports/engine.ts";
import { containerRequest, networkName } from "./container-request.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { ownerOf, type RunningService, report, type Work, type World } from "./work.ts";

/** How often another port or subnet is tried when something outside Baton takes the one that was free. */
const maxTries = 20;

/** Brings every service of the version up in a network of its own, beside whatever runs. Adopts what an earlier attempt made. */
export async function startServices(
  world: World,
  work: Work,
  spec: DeploymentSpec,
): Promise<readonly RunningService[]> {
  work.journal.stage("start", "Starting the new version beside the old one");
  report(work, spec.stacks, { status: "deploying", phase: "Starting services", percent: 50 });
  const network = await makeNetwork(world, work);

  const running: RunningService[] = [];
  for (const stack of spec.stacks) {
    for (const service of stack.services) {
      const started = await startService(world, work, spec, service, network);
      running.push({ stack: stack.name, spec: service, ...started });
      await world.failpoint("started");
    }
  }
  return running;
}

async function makeNetwork(world: World, work: Work): Promise<string> {
  const { engine, store, limits } = world;
  const name = networkName(world.instance, work.deployment.id);
  const existing = (await engine.listNetworks(work.signal)).some((network) => network.name === name);
  if (existing) return name;

  const taken: string[] = [];
  for (let tries = 1; ; tries++) {
    const used = [...(await engine.usedSubnets(work.signal)), ...taken];
    const subnet = await store.leases.subnet({ deployment: work.deployment.id }, limits.subnets, used);
    try {
      await engine.createNetwork({ name, subnet, owner: ownerOf(work) }, work.signal);
      return name;
    } catch (error) {
      if (!(error instanceof SubnetTaken) || tries === maxTries) throw error;
      taken.push(subnet);
    }
  }
}

async function startService(
  world: World,
  work: Work,
  spec: DeploymentSpec,
  service: ServiceSpec,
  network: string,
): Promise<{ readonly container: ContainerId; readonly hostPort: number | null }> {
  const { engine } = world;
  const { journal, signal } = work;
  const avoid = new Set<number>();
  for (let tries = 1; ; tries++) {
    const hostPort = service.port === null ? null : await leasePort(world, work, service, avoid);
    try {
      const { instance } = world;
      const request = containerRequest({ instance, owner: ownerOf(work), spec, service, network, hostPort });
      const container = await engine.createContainer(request, signal);
      await world.failpoint("created");
      await engine.startContainer(container, signal);
      journal.note(
        `${service.name} started${hostPort === null ? "" : ` (port ${service.port}, on 127.0.0.1:${hostPort})`}`,
      );
      return { container, hostPort };
    } catch (error) {
      if (error instanceof PortTaken && hostPort !== null && tries < maxTries) {
        journal.note(`Port ${hostPort} of this server is taken by something else; trying the next`);
        avoid.add(hostPort);
        continue;
      }
      throw startFailure(service, error);
    }
  }
}

/** A port that is recorded for this service and that nothing else listens on: another Baton may use the same range. */
async function leasePort(world: World, work: Work, service: ServiceSpec, avoid: Set<number>): Promise<number> {
  const { store, engine, prober, limits } = world;
  const held = (await engine.listContainers({ deployment: work.deployment.id }, work.signal)).find(
    (container) => container.service === service.name && container.status === "running",
  );
  for (;;) {
    const port = await store.leases.port({ deployment: work.deployment.id }, service.name, limits.ports, avoid);
    if (held?.hostPort === port || (await prober.isFree(port))) return port;
    avoid.add(port);
  }
}

function startFailure(service: ServiceSpec, error: unknown): unknown {
  if (error instanceof ImageMissing) {
    return new DeploymentFailed(
      {
        stage: "start",
        service: service.name,
        message: "its image was deleted before it could be started",
        hint: "Deploy again: it will be built anew.",
      },
      { cause: error },
    );
  }
  if (error instanceof StartFailed) {
    return new DeploymentFailed(
      {
        stage: "start",
        service: service.name,
        message: `${service.name} could not be started: ${error.message}`,
        hint: "Check the command and the entry point of its image.",
      },
      { cause: error },
    );
  }
  return error;
}

/** Services that an earlier attempt started, found again by their names; null when one of them is missing. */
export async function findServices(
  world: World,
  work: Work,
  spec: DeploymentSpec,
): Promise<readonly RunningService[] | null> {
  const containers = await world.engine.listContainers({ deployment: work.deployment.id }, work.signal);
  const found = spec.stacks.flatMap((stack) =>
    stack.services.flatMap((service) => {
      const container = containers.find((candidate) => candidate.service === service.name);
      return container
        ? [{ stack: stack.name, spec: service, container: container.id, hostPort: container.hostPort }]
        : [];
    }),
  );
  return found.length === servicesOf(spec).length ? found : null;
}
