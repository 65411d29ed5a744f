import type { ServiceSpec } from "../../model/deployment/spec.ts";
import { type HostAddress, hostAddress, partsOf } from "../../model/names/host-address.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import { type ContainerState, PortTaken } from "../../ports/engine/containers.ts";
import { isStateful } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";
import { type ContainerPlan, containerName, containerRequest } from "./container-request.ts";
import { leaseName } from "./lease-ports.ts";
import type { Networks } from "./networks.ts";
import { provideMounts } from "./service-mounts.ts";

/** How many ports are tried when something outside Baton takes the free one. */
const maxTries = 20;

export interface StartedContainer {
  readonly container: ContainerId;
  readonly hostAddress: HostAddress | null;
}

type RunContext = Pick<
  DeploymentContext,
  "instance" | "engine" | "git" | "mountFiles" | "store" | "prober" | "limits" | "signal" | "failpoint"
>;

/**
 * Creates and starts the container of a service, with the networks and the port that its kind needs. Adopts what an
 * earlier attempt created.
 */
export async function runContainer(
  context: RunContext,
  plan: ContainerPlan & { readonly networks: Networks; readonly onNote: (text: string) => void },
): Promise<StartedContainer> {
  const { engine, instance, signal, failpoint } = context;
  const { service, networks, onNote } = plan;
  const mounts = await provideMounts(context, plan);
  const { network, second } = networksOf(service, networks);
  const avoid = new Set<number>();
  for (let tries = 1; ; tries++) {
    const hostAddress = service.port === null ? null : await leaseAddress(context, plan, avoid);
    const request = containerRequest(plan, { instance, network, hostAddress, mounts });
    const container = await engine.createContainer(request, signal);
    if (second) await engine.connect(container, second.network, second.aliases, signal);
    await failpoint("created");
    try {
      await engine.startContainer(container, signal);
      return { container, hostAddress };
    } catch (error) {
      if (!(error instanceof PortTaken) || hostAddress === null || tries === maxTries) throw error;
      const { port } = partsOf(hostAddress);
      onNote(`Port ${port} of this server is in use by another program; trying the next one`);
      avoid.add(port);
    }
  }
}

/**
 * Stateful services join the lasting network under their names, and their deployment's network as well. All others join
 * the deployment's own network. On the lasting one they have no name, since two versions of them may be there.
 */
function networksOf(service: ServiceSpec, { own, lasting }: Networks) {
  if (lasting === null) return { network: own, second: null };
  return isStateful(service)
    ? { network: lasting, second: { network: own, aliases: namesOf(service) } }
    : { network: own, second: { network: lasting, aliases: [] } };
}

export function namesOf(service: Pick<ServiceSpec, "name" | "container">): readonly string[] {
  return [service.name, ...service.container.aliases];
}

/**
 * An address whose port is leased to this service and unused, because another Baton may use the same range. An existing
 * container keeps its own port, wherever an older Baton has published it.
 */
async function leaseAddress(
  { instance, store, engine, prober, limits, signal }: RunContext,
  { owner, service, replica = 1 }: ContainerPlan,
  avoid: Set<number>,
): Promise<HostAddress> {
  const { installation, deployment } = owner;
  const holder = isStateful(service) ? { installation } : { deployment };
  const containers = (await engine.listContainers(holder, signal)).filter(({ service: name }) => name === service.name);
  const isOwn = ({ name }: ContainerState) => name === containerName(instance, deployment, service.name, replica);
  const made = containers.find(isOwn)?.hostAddress ?? null;
  const held = containers.filter(({ status }) => status === "running").map((container) => container.hostAddress);
  for (;;) {
    const port = await store.leases.port(holder, leaseName(service.name, replica), limits.ports, avoid);
    const address = made !== null && partsOf(made).port === port ? made : hostAddress(limits.appsHost, port);
    if (held.includes(address) || (await prober.isFree(address))) return address;
    avoid.add(port);
  }
}
