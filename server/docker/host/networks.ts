import type Docker from "dockerode";
import type { InstanceId } from "../../model/names/ids.ts";
import { type Engine, type NetworkInfo, type NetworkRequest, SubnetTaken } from "../../ports/engine.ts";
import { type Daemon, ifThere, Refusal } from "./daemon.ts";
import { isOf, lastingOwnerOf, only, ownerInLabels, ownerLabels } from "./labels.ts";
import { hostSubnets, isIpv4Subnet, overlaps } from "./subnets.ts";

type Networks = Pick<
  Engine,
  "createNetwork" | "listNetworks" | "removeNetwork" | "connect" | "disconnect" | "usedSubnets"
>;

export function createNetworks({ daemon, instance }: { daemon: Daemon; instance: InstanceId }): Networks {
  /** Null when there is none of this name, or it is not ours. */
  async function find(name: string, signal: AbortSignal): Promise<Docker.NetworkInspectInfo | null> {
    const filters = JSON.stringify({ name: [name], label: [only.instance(instance)] });
    const found = await list(daemon, filters, signal);
    // The daemon's filter matches any part of a name.
    const match = found.find((network) => network.Name === name);
    if (match === undefined) return null;
    return ifThere(daemon.ask<Docker.NetworkInspectInfo>({ method: "GET", path: `/networks/${match.Id}` }, signal));
  }

  async function create(request: NetworkRequest, signal: AbortSignal): Promise<void> {
    const body = {
      Name: request.name,
      Driver: "bridge",
      // Docker before 25 would make a second network of the same name.
      CheckDuplicate: true,
      IPAM: { Driver: "default", Config: [{ Subnet: request.subnet }] },
      Labels: ownerLabels(instance, request.owner),
    };
    try {
      await daemon.ask({ method: "POST", path: "/networks/create", body }, signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (/already exists/.test(error.message) && (await find(request.name, signal)) !== null) return;
      if (/pool overlaps|overlapping IPv4|conflicts with network/i.test(error.message)) {
        throw new SubnetTaken(`The subnet ${request.subnet} is in use: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  async function leave(network: Docker.NetworkInspectInfo, container: string, signal: AbortSignal): Promise<void> {
    const body = { Container: container, Force: true };
    try {
      await ifThere(daemon.ask({ method: "POST", path: `/networks/${network.Id}/disconnect`, body }, signal));
    } catch (error) {
      if (!(error instanceof Refusal && /is not connected to/.test(error.message))) throw error;
    }
  }

  return {
    async createNetwork(request, signal) {
      if ((await find(request.name, signal)) !== null) return;
      const route = (await hostSubnets()).find((subnet) => overlaps(subnet, request.subnet));
      if (route !== undefined) {
        throw new SubnetTaken(`The subnet ${request.subnet} is in use: this host has a route to ${route}.`);
      }
      await create(request, signal);
    },

    async listNetworks(signal) {
      const networks = await list(daemon, JSON.stringify({ label: [only.instance(instance)] }), signal);
      return networks.map(networkInfo);
    },

    async removeNetwork(name, signal) {
      const network = await find(name, signal);
      if (network === null || !isOf(instance, network.Labels)) return;
      const path = `/networks/${network.Id}`;
      // Those that do not run are not among the network's; left on it, they could never start again.
      // By its name as well: one that was never started has no id of the network yet.
      const filters = JSON.stringify({ network: [network.Id, name], label: [only.instance(instance)] });
      const query = { all: true, filters };
      const connected = await daemon.ask<Docker.ContainerInfo[]>(
        { method: "GET", path: "/containers/json", query },
        signal,
      );
      // An endpoint that outlived its container goes by "ep-…" and is known by its name alone.
      const endpoints = Object.entries(network.Containers ?? {});
      const names = endpoints.map(([id, { Name }]) => (id.startsWith("ep-") ? Name : id));
      for (const name of new Set([...connected.map(({ Id }) => Id), ...names])) {
        await leave(network, name, signal);
      }
      await ifThere(daemon.ask({ method: "DELETE", path }, signal));
    },

    async connect(id, name, aliases, signal) {
      const network = await find(name, signal);
      if (network === null || Object.keys(network.Containers ?? {}).includes(id)) return;
      const body = { Container: id, EndpointConfig: { Aliases: [...aliases] } };
      try {
        await ifThere(daemon.ask({ method: "POST", path: `/networks/${network.Id}/connect`, body }, signal));
      } catch (error) {
        // A container that does not run is connected, too, but not among the network's.
        if (!(error instanceof Refusal && /already exists in network/.test(error.message))) throw error;
      }
    },

    async disconnect(id, name, signal) {
      const network = await find(name, signal);
      if (network === null) return;
      await leave(network, id, signal);
    },

    async usedSubnets(signal) {
      const networks = await list(daemon, null, signal);
      const subnets = networks.flatMap((network) => network.IPAM?.Config?.map((pool) => pool.Subnet) ?? []);
      return [...new Set([...subnets.filter(isIpv4Subnet), ...(await hostSubnets())])];
    },
  };
}

function list(daemon: Daemon, filters: string | null, signal: AbortSignal): Promise<Docker.NetworkInspectInfo[]> {
  return daemon.ask({ method: "GET", path: "/networks", query: { filters } }, signal);
}

function networkInfo(network: Docker.NetworkInspectInfo): NetworkInfo {
  const subnet = network.IPAM?.Config?.[0]?.Subnet ?? null;
  const owner = ownerInLabels(network.Labels);
  return { name: network.Name, subnet, owner, lasting: owner === null ? lastingOwnerOf(network.Labels) : null };
}
