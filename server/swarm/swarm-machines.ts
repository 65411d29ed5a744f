import type { ClusterState } from "../model/machine.ts";
import type { InstanceId, MachineId } from "../model/names/ids.ts";
import { type DaemonApi, Refusal } from "../ports/engine/daemon-api.ts";
import { EngineRefused } from "../ports/engine/engine.ts";
import type { MachineChange, Machines } from "../ports/machines.ts";
import {
  clusterMachine,
  clusterState,
  instanceLabel,
  type SwarmInfo,
  type SwarmNode,
  type SwarmService,
  type SwarmTask,
  tasksOn,
} from "./answers.ts";

/** Machines report to the manager: docker swarm's own port. */
const managerPort = 2377;
const subnetPrefix = 24;
/** The first manager makes keys and certificates. */
const startLimitMs = 60_000;
/** Something else may change an object between reading and writing it. */
const changeTries = 5;

interface SwarmObject {
  readonly Version: { readonly Index: number };
  readonly Spec: object;
  readonly JoinTokens?: { readonly Worker: string };
}

/** Implements the Machines port on Docker Swarm. A cluster has the label of the Baton that began it. */
export function createSwarmMachines(needs: { readonly daemon: DaemonApi; readonly instance: InstanceId }): Machines {
  const { daemon, instance } = needs;

  async function state(signal: AbortSignal): Promise<ClusterState> {
    const { Swarm } = await daemon.ask<{ readonly Swarm?: SwarmInfo }>({ method: "GET", path: "/info" }, signal);
    return Swarm ? clusterState(Swarm, instance) : { type: "none" };
  }

  const managed: Managed = async (signal) => {
    const now = await state(signal);
    if (now.type !== "managed") throw new EngineRefused("This server manages no cluster of this Baton.");
    return now;
  };

  return {
    state,
    ...joinTokens(daemon, managed),
    ...changes(daemon, managed),

    async start({ address, pool }, signal) {
      const now = await state(signal);
      if (now.type === "managed") return;
      if (now.type !== "none") throw new EngineRefused("This server's Docker is in a cluster already.");
      const at = `${address}:${managerPort}`;
      const body = {
        // Without them, Docker listens on all addresses.
        ...{ ListenAddr: at, AdvertiseAddr: at, DataPathAddr: address },
        ...{ DefaultAddrPool: [pool], SubnetSize: subnetPrefix },
        Spec: { Labels: { [instanceLabel]: instance } },
      };
      await daemon.ask({ method: "POST", path: "/swarm/init", body }, signal, startLimitMs);
    },

    async end(signal) {
      await managed(signal);
      await daemon.ask({ method: "POST", path: "/swarm/leave", query: { force: true } }, signal, startLimitMs);
    },

    async machines(signal) {
      await managed(signal);
      const [nodes, tasks, services] = await Promise.all([
        daemon.ask<readonly SwarmNode[]>({ method: "GET", path: "/nodes" }, signal),
        daemon.ask<readonly SwarmTask[]>({ method: "GET", path: "/tasks" }, signal),
        daemon.ask<readonly SwarmService[]>({ method: "GET", path: "/services" }, signal),
      ]);
      return nodes
        .map((one) => clusterMachine(one, tasksOn(one.ID, tasks, services)))
        .sort((one, other) => one.name.localeCompare(other.name));
    },
  };
}

/** The state of the cluster; rejects if it is not managed here. */
type Managed = (signal: AbortSignal) => Promise<Extract<ClusterState, { readonly type: "managed" }>>;

function joinTokens(daemon: DaemonApi, managed: Managed): Pick<Machines, "joinToken" | "renewJoinToken"> {
  const swarm = (signal: AbortSignal) => daemon.ask<SwarmObject>({ method: "GET", path: "/swarm" }, signal);
  return {
    async joinToken(signal) {
      await managed(signal);
      const { JoinTokens } = await swarm(signal);
      if (!JoinTokens) throw new EngineRefused("Docker does not say how machines join.");
      return JoinTokens.Worker;
    },

    async renewJoinToken(signal) {
      await managed(signal);
      await insist(async () => {
        const { Version, Spec } = await swarm(signal);
        const query = { version: Version.Index, rotateWorkerToken: true };
        await daemon.ask({ method: "POST", path: "/swarm/update", query, body: Spec }, signal);
      });
    },
  };
}

function changes(daemon: DaemonApi, managed: Managed): Pick<Machines, "change" | "remove"> {
  const node = (id: MachineId, signal: AbortSignal) =>
    ifThere(daemon.ask<SwarmNode>({ method: "GET", path: `/nodes/${encodeURIComponent(id)}` }, signal));

  return {
    async change(id, change, signal) {
      await managed(signal);
      return insist(async () => {
        const found = await node(id, signal);
        if (!found) return false;
        const query = { version: found.Version.Index };
        const body = changed(found.Spec, change);
        await daemon.ask({ method: "POST", path: `/nodes/${found.ID}/update`, query, body }, signal);
        return true;
      });
    },

    async remove(id, signal) {
      const { self } = await managed(signal);
      if (id === self) throw new EngineRefused("The server itself cannot be removed from the cluster.");
      const query = { force: true };
      const path = `/nodes/${encodeURIComponent(id)}`;
      return (await ifThere(daemon.ask({ method: "DELETE", path, query }, signal).then(() => true))) ?? false;
    },
  };
}

function changed(spec: SwarmNode["Spec"], { availability, labels }: MachineChange): SwarmNode["Spec"] {
  return { ...spec, ...(availability && { Availability: availability }), ...(labels && { Labels: labels }) };
}

/** Repeats a change that was made to an object which had changed meanwhile. */
async function insist<T>(change: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await change();
    } catch (error) {
      const isLate = error instanceof Refusal && error.message.includes("update out of sequence");
      if (!isLate || tries === changeTries) throw error;
    }
  }
}

/** Null when the daemon knows no such object. */
async function ifThere<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}
