import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Stops the containers. The address then answers 503; volumes and versions stay. */
export async function stop(
  { store, clock, wakeReconciler }: Uses<"store" | "clock" | "wakeReconciler">,
  id: InstallationId,
  by: string,
): Promise<{ readonly type: "stopped" } | Refused> {
  const outcome = await store.installations.stop(id, clock.now(), by);
  if (!outcome) return refused("conflict", "a deployment is running: cancel it first, or wait until it has finished");
  wakeReconciler();
  return { type: "stopped" };
}
