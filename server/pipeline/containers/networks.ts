import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import { SubnetTaken } from "../../ports/engine/networks.ts";
import type { LastingOwner, Owner } from "../../ports/engine/owner.ts";
import type { LeaseHolder } from "../../ports/store/leases.ts";
import { containersOf } from "../../rules/rollout/replicas.ts";
import { runsAlone } from "../../rules/rollout/solo.ts";
import { isStateful } from "../../rules/rollout/stateful.ts";
import { prefixFor, usualPrefix } from "../../rules/routing/subnets.ts";
import type { DeploymentContext } from "../context/context.ts";
import { lastingNetworkName, networkName, soloNetworkName } from "./container-request.ts";

/** How many subnets are tried when something outside Baton takes the free one. */
const maxTries = 20;
/** 126 addresses, so that a lasting network need not be recreated when a product gets more services. */
const roomyPrefix = 25;

export interface Networks {
  /**
   * The deployment's own network, in which its services find each other by name, and none of another version. A service
   * that runs alone shares its installation's instead.
   */
  readonly own: string;
  /** The installation's network, in which its stateful services outlive deployments; null when it has none. */
  readonly lasting: string | null;
}

type NetworkContext = Pick<DeploymentContext, "instance" | "engine" | "store" | "limits" | "signal">;

/** Creates the networks of a deployment, or finds them. */
export async function provideNetworks(
  context: NetworkContext,
  owner: Owner,
  spec: Pick<DeploymentSpec, "stacks">,
): Promise<Networks> {
  const { instance } = context;
  const { installation, product } = owner;
  const services = servicesOf(spec);
  const own = await provideOwnNetwork(context, owner, services);
  if (!services.some(isStateful)) return { own, lasting: null };
  const lasting = lastingNetworkName(instance, installation);
  await provideNetwork(context, {
    name: lasting,
    holder: { installation },
    owner: { product, installation },
    // Room for three versions at once (the live one, the next, and one that is draining), and for more services later.
    prefix: Math.min(roomyPrefix, prefixFor(4 * containersOf(services))),
  });
  return { own, lasting };
}

type PlannedService = Pick<ServiceSpec, "kind" | "stateful" | "started">;

async function provideOwnNetwork(
  context: NetworkContext,
  owner: Owner,
  services: readonly PlannedService[],
): Promise<string> {
  const { product, installation, deployment } = owner;
  const prefix = prefixFor(containersOf(services));
  if (runsAlone(services)) {
    const name = soloNetworkName(context.instance, installation);
    await provideNetwork(context, { name, holder: { installation }, owner: { product, installation }, prefix });
    return name;
  }
  const name = networkName(context.instance, deployment);
  await provideNetwork(context, { name, holder: { deployment }, owner, prefix });
  return name;
}

/**
 * Creates the deployment's own network before it has any containers. An earlier attempt may have planned fewer services:
 * its network is replaced when it has too little room.
 */
export async function prepareOwnNetwork(
  context: NetworkContext,
  owner: Owner,
  services: readonly PlannedService[],
): Promise<void> {
  const { engine, store, signal } = context;
  const { deployment } = owner;
  const name = await provideOwnNetwork(context, owner, services);
  const prefix = prefixFor(containersOf(services));
  if (prefix === usualPrefix) return;
  const made = (await engine.listNetworks(signal)).find((network) => network.name === name);
  if (!made || Number(made.subnet?.split("/")[1]) <= prefix) return;
  await engine.removeNetwork(name, signal);
  await store.leases.release({ deployment });
  await provideOwnNetwork(context, owner, services);
}

async function provideNetwork(
  { engine, store, limits, signal }: NetworkContext,
  network: {
    readonly name: string;
    /** The holder of the subnet's lease. */
    readonly holder: LeaseHolder;
    readonly owner: Owner | LastingOwner;
    readonly prefix: number;
  },
): Promise<void> {
  const { name, holder, owner, prefix } = network;
  if ((await engine.listNetworks(signal)).some((one) => one.name === name)) return;
  const taken: string[] = [];
  for (let tries = 1; ; tries++) {
    const used = [...(await engine.usedSubnets(signal)), ...taken];
    const subnet = await store.leases.subnet(holder, limits.subnets, used, prefix);
    try {
      return await engine.createNetwork({ name, subnet, owner }, signal);
    } catch (error) {
      if (!(error instanceof SubnetTaken) || tries === maxTries) throw error;
      taken.push(subnet);
    }
  }
}
