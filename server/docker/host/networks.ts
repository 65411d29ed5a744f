import type Docker from "dockerode";
import type { InstanceId } from "../../model/names/ids.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import { type NetworkInfo, type NetworkRequest, SubnetTaken } from "../../ports/engine/networks.ts";
import { type Daemon, ifThere } from "./daemon.ts";
import { isOf, lastingOwnerOf, only, ownerInLabels, ownerLabels } from "./labels.ts";
import { hostSubnets, isIpv4Subnet, overlaps } from "./subnets.ts";

type Networks = Pick<
  Engine,
  "createNetwork" | "listNetworks" | "removeNetwork" | "connect" | "disconnect" | "usedSubnets"
>;

interface Deps {
  readonly daemon: Daemon;
  readonly instance: InstanceId;
}

export function createNetworks(deps: Deps): Networks {
  const { daemon, instance } = deps;
  return {
    removeNetwork: (name, signal) => remove(deps, name, signal),

    async createNetwork(request, signal) {
      const route = (await hostSubnets()).find((subnet) => overlaps(subnet, request.subnet));
      if (route !== undefined) {
        // The route may be that of the network itself.
        if ((await find(deps, request.name, signal)) !== null) return;
        throw new SubnetTaken(`The subnet ${request.subnet} is in use: this host has a route to ${route}.`);
      }
      await create(deps, request, signal);
    },

    async listNetworks(signal) {
      const networks = await list(daemon, JSON.stringify({ label: [only.instance(instance)] }), signal);
      return networks.map(networkInfo);
    },

    async connect(id, name, aliases, signal) {
      const network = await find(deps, name, signal);
      if (network === null || Object.keys(network.Containers ?? {}).includes(id)) return;
      const body = { Container: id, EndpointConfig: { Aliases: [...aliases] } };
      try {
        await ifThere(daemon.ask({ method: "POST", path: `/networks/${network.Id}/connect`, body }, signal));
      } catch (error) {
        // A container that is not running is connected, too, but the network does not list it.
        if (!(error instanceof Refusal && /already exists in network/.test(error.message))) throw error;
      }
    },

    async disconnect(id, name, signal) {
      const network = await find(deps, name, signal);
      if (network !== null) await leave(daemon, network, id, signal);
    },

    async usedSubnets(signal) {
      const networks = await list(daemon, null, signal);
      const subnets = networks.flatMap((network) => network.IPAM?.Config?.map((pool) => pool.Subnet) ?? []);
      return [...new Set([...subnets.filter(isIpv4Subnet), ...(await hostSubnets())])];
    },
  };
}

/** Null when there is none of this name, or when it is not this instance's. */
async function find(
  { daemon, instance }: Deps,
  name: string,
  signal: AbortSignal,
): Promise<Docker.NetworkInspectInfo | null> {
  const filters = JSON.stringify({ name: [name], label: [only.instance(instance)] });
  const found = await list(daemon, filters, signal);
  // The daemon's filter matches any part of a name.
  const match = found.find((network) => network.Name === name);
  if (match === undefined) return null;
  return ifThere(daemon.ask<Docker.NetworkInspectInfo>({ method: "GET", path: `/networks/${match.Id}` }, signal));
}

async function create(deps: Deps, request: NetworkRequest, signal: AbortSignal): Promise<void> {
  const body = {
    Name: request.name,
    Driver: "bridge",
    IPAM: { Driver: "default", Config: [{ Subnet: request.subnet }] },
    Labels: ownerLabels(deps.instance, request.owner),
  };
  try {
    await deps.daemon.ask(
      (api) => ({
        ...{ method: "POST", path: "/networks/create" },
        // Older versions would create a second network of the same name.
        body: api.has("1.44") ? body : { ...body, CheckDuplicate: true },
      }),
      signal,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (/already exists/.test(error.message) && (await find(deps, request.name, signal)) !== null) return;
    if (/pool overlaps|overlapping IPv4|conflicts with network/i.test(error.message)) {
      throw new SubnetTaken(`The subnet ${request.subnet} is in use: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

async function remove(deps: Deps, name: string, signal: AbortSignal): Promise<void> {
  const { daemon, instance } = deps;
  const network = await find(deps, name, signal);
  if (network === null || !isOf(instance, network.Labels)) return;
  // The network does not list containers that are not running; left on it, they could never start again. They are
  // looked up by the network's name as well, because a container that was never started does not have the network's id
  // yet.
  const filters = JSON.stringify({ network: [network.Id, name], label: [only.instance(instance)] });
  const query = { all: true, filters };
  const connected = await daemon.ask<Docker.ContainerInfo[]>(
    { method: "GET", path: "/containers/json", query },
    signal,
  );
  // An endpoint that outlived its container has an id of the form "ep-…" and is only known by its name.
  const endpoints = Object.entries(network.Containers ?? {});
  const names = endpoints.map(([id, { Name }]) => (id.startsWith("ep-") ? Name : id));
  for (const container of new Set([...connected.map(({ Id }) => Id), ...names])) {
    await leave(daemon, network, container, signal);
  }
  await ifThere(daemon.ask({ method: "DELETE", path: `/networks/${network.Id}` }, signal));
}

async function leave(
  daemon: Daemon,
  network: Docker.NetworkInspectInfo,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  const body = { Container: container, Force: true };
  try {
    await ifThere(daemon.ask({ method: "POST", path: `/networks/${network.Id}/disconnect`, body }, signal));
  } catch (error) {
    if (!(error instanceof Refusal && /is not connected to/.test(error.message))) throw error;
  }
}

function list(daemon: Daemon, filters: string | null, signal: AbortSignal): Promise<Docker.NetworkInspectInfo[]> {
  return daemon.ask({ method: "GET", path: "/networks", query: { filters } }, signal);
}

function networkInfo(network: Docker.NetworkInspectInfo): NetworkInfo {
  const subnet = network.IPAM?.Config?.[0]?.Subnet ?? null;
  const owner = ownerInLabels(network.Labels);
  return { name: network.Name, subnet, owner, lasting: owner === null ? lastingOwnerOf(network.Labels) : null };
}
