import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import { SubnetTaken } from "../../../server/ports/engine/networks.ts";
import type { LastingOwner, Owner } from "../../../server/ports/engine/owner.ts";
import { overlap, parseSubnet } from "../../../server/rules/routing/subnets.ts";

export interface FakeNetwork {
  readonly name: string;
  readonly subnet: string;
  readonly owner: Owner | LastingOwner;
  /** The connected containers, with their names in this network. */
  readonly members: Map<ContainerId, readonly string[]>;
}

type NetworkPort = Pick<
  Engine,
  "createNetwork" | "listNetworks" | "removeNetwork" | "connect" | "disconnect" | "usedSubnets"
>;

export interface FakeNetworks extends NetworkPort {
  readonly networks: Map<string, FakeNetwork>;
  /** Subnets that something else on the host uses. */
  readonly foreignSubnets: Set<string>;
}

export function createFakeNetworks(exists: (container: ContainerId) => boolean): FakeNetworks {
  const networks = new Map<string, FakeNetwork>();
  const foreignSubnets = new Set<string>();
  const used = () => [...new Set([...[...networks.values()].map(({ subnet }) => subnet), ...foreignSubnets])];

  return {
    networks,
    foreignSubnets,
    async createNetwork({ name, subnet, owner }) {
      if (networks.has(name)) return;
      const wanted = parseSubnet(subnet);
      const taken = used()
        .map(parseSubnet)
        .some((other) => other && wanted && overlap(other, wanted));
      if (taken) throw new SubnetTaken(`The subnet ${subnet} is in use.`);
      networks.set(name, { name, subnet, owner, members: new Map() });
    },
    listNetworks: async () =>
      [...networks.values()].map(({ name, subnet, owner }) =>
        "deployment" in owner ? { name, subnet, owner, lasting: null } : { name, subnet, owner: null, lasting: owner },
      ),
    async removeNetwork(name) {
      networks.delete(name);
    },
    async connect(id, name, aliases) {
      const network = networks.get(name);
      if (network && exists(id) && !network.members.has(id)) network.members.set(id, aliases);
    },
    async disconnect(id, name) {
      networks.get(name)?.members.delete(id);
    },
    usedSubnets: async () => used(),
  };
}
