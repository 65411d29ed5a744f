import type { MachineInvitation } from "../../model/machine.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { noClusterText } from "./cluster.ts";

const validMs = 60 * 60_000;
const limitMs = 10_000;

/** Makes a command with which one machine can join within an hour. `secret` must be shown now or never. */
export async function inviteMachine(
  { store, machines, clock }: Uses<"store" | "machines" | "clock">,
  by: string,
): Promise<{ readonly type: "invited"; readonly invitation: MachineInvitation; readonly secret: string } | Refused> {
  const state = await machines.state(AbortSignal.timeout(limitMs));
  if (state.type !== "managed") return refused("conflict", noClusterText);
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + validMs);
  return { type: "invited", ...(await store.machines.invite({ createdBy: by, expiresAt }, now)) };
}

/** False when it is unknown or was used. */
export function withdrawMachineInvitation(
  { store }: Uses<"store">,
  { id }: Pick<MachineInvitation, "id">,
): Promise<boolean> {
  return store.machines.withdrawInvitation(id);
}
