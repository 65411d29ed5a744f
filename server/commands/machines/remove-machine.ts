import type { MachineId } from "../../model/names/ids.ts";
import { removalFault } from "../../rules/machines/machine-changes.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { noClusterText, unlessRefused } from "./cluster.ts";

const limitMs = 20_000;

/** Removes a machine that is drained or lost. */
export async function removeMachine(
  { machines }: Uses<"machines">,
  id: MachineId,
): Promise<{ readonly type: "removed" } | Refused> {
  const signal = AbortSignal.timeout(limitMs);
  const state = await machines.state(signal);
  if (state.type !== "managed") return refused("conflict", noClusterText);
  const machine = (await machines.machines(signal)).find((one) => one.id === id);
  if (!machine) return refused("not_found", "there is no such machine in the cluster");
  const fault = removalFault(machine, state.self);
  if (fault !== null) return refused("conflict", fault);
  return unlessRefused(async () => {
    await machines.remove(id, signal);
    return { type: "removed" };
  });
}
