import type { ClusterState } from "../../../server/model/machine.ts";
import type { MachineId } from "../../../server/model/names/ids.ts";
import type { Clock } from "../../../server/ports/clock.ts";
import { EngineRefused } from "../../../server/ports/engine/engine.ts";
import type { ClusterMachine, Machines, MachineTask } from "../../../server/ports/machines.ts";

/** A cluster in memory that obeys the same contract as Swarm: test/contracts/cluster runs one suite on both. */
export interface FakeMachines extends Machines {
  /** What another Baton on the same engine sees. */
  readonly ofAnother: Machines;
  /** Lets a computer of this name join. Rejects when the secret is not the present one. */
  join(name: string, token: string): Promise<MachineId>;
  /** Starts a task on the first machine that takes it. */
  serve(service: string): void;
  cutOff(name: string): void;
  connect(name: string): void;
  /** From now on the engine answers nothing. */
  fail(error: Error | null): void;
}

type Member = { -readonly [Key in keyof Omit<ClusterMachine, "tasks">]: ClusterMachine[Key] };

interface FakeCluster {
  readonly address: string;
  readonly pool: string;
  token: number;
  readonly members: Member[];
  readonly services: Map<string, MachineId | null>;
}

const self = "self0000000000000000self0" as MachineId;

export function createFakeMachines(clock: Pick<Clock, "now">, name = "baton-server"): FakeMachines {
  let cluster: FakeCluster | null = null;
  let fault: Error | null = null;
  let joined = 0;

  const answer = () => {
    if (fault) throw fault;
  };
  const managed = () => {
    answer();
    if (!cluster) throw new EngineRefused("This server manages no cluster of this Baton.");
    return cluster;
  };
  const member = (id: MachineId, at: string, named: string, role: Member["role"]): Member => ({
    ...{ id, name: named, address: at, role, architecture: "x86_64", dockerVersion: "20.10.24+dfsg1" },
    ...{ cpus: 4, memoryBytes: 8e9, availability: "active", status: "ready", changedAt: clock.now(), labels: {} },
  });
  const update = (id: MachineId, change: Partial<Member>) => {
    const found = cluster?.members.find((one) => one.id === id);
    if (found) Object.assign(found, change, { changedAt: clock.now() });
    place();
    return found !== undefined;
  };
  const takes = ({ status, availability }: Member) => status === "ready" && availability === "active";
  /** What a lost or drained machine ran is started elsewhere. */
  const place = () => {
    if (!cluster) return;
    for (const [service, on] of cluster.services) {
      const at = cluster.members.find(({ id }) => id === on);
      if (at && takes(at)) continue;
      cluster.services.set(service, cluster.members.find(takes)?.id ?? null);
    }
  };
  const tasksOf = (id: MachineId): readonly MachineTask[] =>
    [...(cluster?.services ?? [])].flatMap(([service, on]) => (on === id ? [{ service, isRunning: true }] : []));
  const state = (): ClusterState =>
    cluster ? { type: "managed", address: cluster.address, self, pools: [cluster.pool] } : { type: "none" };
  const withStatus = (named: string, status: Member["status"]) => {
    const found = cluster?.members.find((one) => one.name === named);
    if (found) update(found.id, { status });
  };

  return {
    async state() {
      answer();
      return state();
    },
    async start({ address, pool }) {
      answer();
      cluster ??= { address, pool, token: 1, members: [member(self, address, name, "manager")], services: new Map() };
    },
    async end() {
      managed();
      cluster = null;
    },
    machines: async () =>
      managed()
        .members.map((one) => ({ ...one, tasks: tasksOf(one.id) }))
        .sort((one, other) => one.name.localeCompare(other.name)),
    joinToken: async () => `SWMTKN-1-fake-${managed().token}`,
    async renewJoinToken() {
      managed().token += 1;
    },
    async change(id, { availability, labels }) {
      managed();
      return update(id, { ...(availability && { availability }), ...(labels && { labels }) });
    },
    async remove(id) {
      const { members } = managed();
      if (id === self) throw new EngineRefused("The server itself cannot be removed from the cluster.");
      const at = members.findIndex((one) => one.id === id);
      if (at >= 0) members.splice(at, 1);
      place();
      return at >= 0;
    },

    ofAnother: foreign(() => (cluster ? { type: "foreign" } : { type: "none" })),
    async join(named, token) {
      if (token !== `SWMTKN-1-fake-${managed().token}`) throw new Error("invalid join token");
      joined += 1;
      const id = `member${joined}`.padEnd(25, "0") as MachineId;
      managed().members.push(member(id, `10.0.0.${joined + 1}`, named, "worker"));
      return id;
    },
    serve(service) {
      managed().services.set(service, null);
      place();
    },
    cutOff: (named) => withStatus(named, "down"),
    connect: (named) => withStatus(named, "ready"),
    fail(error) {
      fault = error;
    },
  };
}

function foreign(state: () => ClusterState): Machines {
  const refuse = async () => {
    throw new EngineRefused("This server manages no cluster of this Baton.");
  };
  return {
    state: async () => state(),
    async start() {
      throw new EngineRefused("This server's Docker is in a cluster already.");
    },
    ...{ end: refuse, machines: refuse, joinToken: refuse, renewJoinToken: refuse, change: refuse, remove: refuse },
  };
}
