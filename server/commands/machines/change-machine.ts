import type { MachineId } from "../../model/names/ids.ts";
import type { MachineChange } from "../../ports/machines.ts";
import { labelsFault } from "../../rules/machines/machine-changes.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { unlessRefused } from "./cluster.ts";

const limitMs = 20_000;

/** Drains a machine or returns it to service, and replaces its labels. */
export async function changeMachine(
  { machines }: Uses<"machines">,
  { id, name }: { readonly id: MachineId; readonly name: string },
  change: MachineChange,
): Promise<{ readonly type: "changed" } | Refused> {
  const fault = change.labels ? labelsFault(change.labels) : null;
  if (fault !== null) return refused("invalid", fault);
  return unlessRefused(async () => {
    const found = await machines.change(id, change, AbortSignal.timeout(limitMs));
    return found ? { type: "changed" } : refused("not_found", `the machine ${name} is not in the cluster any more`);
  });
}
