import type { MachineRecord, MachineState } from "../../model/machine.ts";
import type { ClusterMachine } from "../../ports/machines.ts";

/** The state of a machine, as Baton words it. */
export function machineState({ status, availability, tasks }: MachineNow): MachineState {
  switch (status) {
    case "down":
    case "disconnected":
      return "lost";
    case "unknown":
      return "unknown";
    case "ready":
      if (availability !== "drain") return "ready";
      return tasks.length === 0 ? "drained" : "draining";
  }
}

type MachineNow = Pick<ClusterMachine, "status" | "availability" | "tasks">;

/**
 * What to remember of the machines that are seen now. A state that has not changed keeps its beginning. A new one has
 * begun when Swarm last changed what it knows of the machine, if that was after Baton last looked; so also while Baton
 * was away.
 */
export function rememberMachines(
  before: readonly MachineRecord[],
  seen: readonly ClusterMachine[],
  now: Date,
): readonly MachineRecord[] {
  return seen.map((machine) => {
    const { id, name, changedAt } = machine;
    const known = before.find((record) => record.id === id);
    const facts = known?.facts ?? null;
    const state = machineState(machine);
    if (known?.state === state) return { id, name, state, since: known.since, facts };
    const isLater = changedAt <= now && (known === undefined || changedAt > known.since);
    return { id, name, state, since: isLater ? changedAt : now, facts };
  });
}

/** Whether there is anything to write. */
export function haveChanged(before: readonly MachineRecord[], after: readonly MachineRecord[]): boolean {
  const line = ({ id, name, state, since }: MachineRecord) => `${id} ${name} ${state} ${since.getTime()}`;
  const lines = new Set(before.map(line));
  return before.length !== after.length || after.some((record) => !lines.has(line(record)));
}

/** What to say in the log of a machine whose state has changed. */
export function changeOfState(
  before: readonly MachineRecord[],
  { id, name, state, since }: MachineRecord,
): { readonly isTrouble: boolean; readonly text: string } | null {
  const known = before.find((record) => record.id === id);
  if (!known) return { isTrouble: false, text: `the machine ${name} is in the cluster` };
  if (known.state === state) return null;
  if (state === "lost") return { isTrouble: true, text: `the machine ${name} is lost since ${since.toISOString()}` };
  if (known.state === "lost") return { isTrouble: false, text: `the machine ${name} is back` };
  return { isTrouble: false, text: `the machine ${name} is ${state}` };
}
