import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import { type LastingOwner, type Owner, SubnetTaken } from "../../ports/engine.ts";
import type { LeaseHolder } from "../../ports/store/store.ts";
import { isStateful } from "../../rules/rollout/stateful.ts";
import { prefixFor } from "../../rules/routing/subnets.ts";
import type { DeploymentContext } from "../context.ts";
import { lastingNetworkName, networkName } from "./container-request.ts";

/** How often another subnet is tried when something outside Baton takes the one that was free. */
const maxTries = 20;
/** 126 addresses: a lasting network is not made anew when a product gets more services. */
const roomyPrefix = 25;

export interface Networks {
  /** The deployment's own: there its services know each other by name, and nobody of another version. */
  readonly own: string;
  /** The installation's, where its stateful services are, from one deployment to the next; null: it has none. */
  readonly lasting: string | null;
}

type NetworkContext = Pick<DeploymentContext, "instance" | "engine" | "store" | "limits" | "signal">;

/** Makes the networks of a deployment, or finds them. */
export async function provideNetworks(
  context: NetworkContext,
  owner: Owner,
  spec: Pick<DeploymentSpec, "stacks">,
): Promise<Networks> {
  const { instance } = context;
  const { deployment, installation, product } = owner;
  const own = networkName(instance, deployment);
  const services = servicesOf(spec).length;
  await provideNetwork(context, { name: own, holder: { deployment }, owner, prefix: prefixFor(services) });
  if (!servicesOf(spec).some(isStateful)) return { own, lasting: null };
  const lasting = lastingNetworkName(instance, installation);
  await provideNetwork(context, {
    name: lasting,
    holder: { installation },
    owner: { product, installation },
    // Room for three versions at once (the live one, the next, and one that is drained), and for more services later.
    prefix: Math.min(roomyPrefix, prefixFor(4 * services)),
  });
  return { own, lasting };
}

async function provideNetwork(
  { engine, store, limits, signal }: NetworkContext,
  network: {
    readonly name: string;
    /** Of the subnet's lease. */
    readonly holder: LeaseHolder;
    readonly owner: Owner | LastingOwner;
    readonly prefix: number;
  },
): Promise<void> {
  const { name, holder, owner, prefix } = network;
  if ((await engine.listNetworks(signal)).some((existing) => existing.name === name)) return;
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
