import type { ClusterState, MachineFacts, MachineInvitation, MachineState } from "../../model/machine.ts";
import type { MachineId } from "../../model/names/ids.ts";
import type { ClusterMachine } from "../../ports/machines.ts";
import { rememberMachines } from "../../rules/machines/machine-state.ts";
import type { WebAdapters } from "../adapters.ts";
import { notFound } from "../http/problem.ts";

const limitMs = 10_000;

/** A machine with what Baton remembers of it. */
export interface KnownMachine extends ClusterMachine {
  readonly state: MachineState;
  readonly since: Date;
  readonly facts: MachineFacts | null;
  readonly isServer: boolean;
}

export interface KnownCluster {
  readonly state: ClusterState;
  /** The server first, then by name. */
  readonly machines: readonly KnownMachine[];
  /** Commands that can be used. */
  readonly invitations: readonly MachineInvitation[];
}

type Needs = Pick<WebAdapters, "machines" | "store" | "clock">;

/** Everything about the cluster. Rejects with EngineUnavailable when Docker does not answer. */
export async function readCluster({ machines, store, clock }: Needs): Promise<KnownCluster> {
  const signal = AbortSignal.timeout(limitMs);
  const now = clock.now();
  const state = await machines.state(signal);
  if (state.type !== "managed") return { state, machines: [], invitations: [] };
  const [seen, before, invitations] = await Promise.all([
    machines.machines(signal),
    store.machines.list(),
    store.machines.listInvitations(now),
  ]);
  const records = new Map(rememberMachines(before, seen, now).map((record) => [record.id, record]));
  const known = seen.flatMap((machine): KnownMachine[] => {
    const record = records.get(machine.id);
    if (!record) return [];
    return [{ ...machine, ...record, isServer: machine.id === state.self }];
  });
  const isServer = ({ isServer: is }: KnownMachine) => is;
  return { state, machines: [...known.filter(isServer), ...known.filter((one) => !isServer(one))], invitations };
}

/** Throws a Problem when there is no such machine. */
export async function machineNamed(needs: Needs, id: string): Promise<KnownMachine> {
  const found = (await readCluster(needs)).machines.find((machine) => machine.id === (id as MachineId));
  if (!found) throw notFound("such machine in the cluster");
  return found;
}
