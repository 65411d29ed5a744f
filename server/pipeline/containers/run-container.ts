import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { type HostAddress, hostAddress, partsOf } from "../../model/names/host-address.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import { type ContainerState, type Owner, PortTaken } from "../../ports/engine.ts";
import { isStateful } from "../../rules/rollout/stateful.ts";
import type { PipelineContext } from "../context.ts";
import { containerName, containerRequest } from "./container-request.ts";
import type { Networks } from "./networks.ts";
import { provideMounts } from "./service-mounts.ts";

/** How often another port is tried when something outside Baton takes the one that was free. */
const maxTries = 20;

export interface Started {
  readonly container: ContainerId;
  readonly hostAddress: HostAddress | null;
}

/**
 * Creates and starts the container of a service, on the networks and the port that its kind of life asks for. Adopts what
 * an earlier attempt made. `owner` names the deployment that it belongs to.
 */
export async function runContainer(
  world: Pick<
    PipelineContext,
    "instance" | "engine" | "git" | "mountFiles" | "store" | "prober" | "limits" | "failpoint"
  >,
  making: {
    readonly owner: Owner;
    readonly spec: DeploymentSpec;
    readonly stack: string;
    readonly service: ServiceSpec;
    readonly networks: Networks;
    readonly onNote: (text: string) => void;
  },
  signal: AbortSignal,
): Promise<Started> {
  const { engine, instance } = world;
  const { owner, spec, stack, service, networks } = making;
  const mounts = await provideMounts(world, owner, spec, stack, service, signal);
  const lives = homeOf(service, networks);
  const avoid = new Set<number>();
  for (let tries = 1; ; tries++) {
    const hostAddress = service.port === null ? null : await leaseAddress(world, owner, service, avoid, signal);
    const network = lives.network;
    const request = containerRequest({ instance, owner, spec, service, network, hostAddress, mounts });
    const container = await engine.createContainer(request, signal);
    if (lives.visits) await engine.connect(container, lives.visits.network, lives.visits.aliases, signal);
    await world.failpoint("created");
    try {
      await engine.startContainer(container, signal);
      return { container, hostAddress };
    } catch (error) {
      if (!(error instanceof PortTaken) || hostAddress === null || tries === maxTries) throw error;
      const { port } = partsOf(hostAddress);
      making.onNote(`Port ${port} of this server is in use by another program; trying the next one`);
      avoid.add(port);
    }
  }
}

/**
 * Stateful services live on the lasting network under their names, and are known to their deployment, too. All others
 * live on the deployment's own; on the lasting one they are guests without a name: there may be two versions of them.
 */
function homeOf(service: ServiceSpec, { own, lasting }: Networks) {
  if (lasting === null) return { network: own, visits: null };
  return isStateful(service)
    ? { network: lasting, visits: { network: own, aliases: namesOf(service) } }
    : { network: own, visits: { network: lasting, aliases: [] } };
}

export function namesOf(service: Pick<ServiceSpec, "name" | "container">): readonly string[] {
  return [service.name, ...service.container.aliases];
}

/**
 * An address whose port is recorded for this service and where nothing else listens: another Baton may use the same range.
 * A container that is there already keeps its own, wherever an older Baton has published it.
 */
async function leaseAddress(
  {
    instance,
    store,
    engine,
    prober,
    limits,
  }: Pick<PipelineContext, "instance" | "store" | "engine" | "prober" | "limits">,
  owner: Owner,
  service: ServiceSpec,
  avoid: Set<number>,
  signal: AbortSignal,
): Promise<HostAddress> {
  const { installation, deployment } = owner;
  const holder = isStateful(service) ? { installation } : { deployment };
  const containers = (await engine.listContainers(holder, signal)).filter(({ service: name }) => name === service.name);
  const isOwn = ({ name }: ContainerState) => name === containerName(instance, deployment, service.name);
  const made = containers.find(isOwn)?.hostAddress ?? null;
  const held = containers.filter(({ status }) => status === "running").map((container) => container.hostAddress);
  for (;;) {
    const port = await store.leases.port(holder, service.name, limits.ports, avoid);
    const address = made !== null && partsOf(made).port === port ? made : hostAddress(limits.appsHost, port);
    if (held.includes(address) || (await prober.isFree(address))) return address;
    avoid.add(port);
  }
}
