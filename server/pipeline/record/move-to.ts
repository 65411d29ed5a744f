import { type After, advance, type Deployment, type Transition } from "../../model/deployment/deployment.ts";
import type { DeploymentContext } from "../context.ts";
import { Fenced } from "../deployment-failed.ts";
import { untilStored } from "./until-stored.ts";

/**
 * Writes a move and returns the deployment as it is now. Rejects with Fenced when the row is not where this attempt
 * believes it is: a cancel came first, or another server has taken over.
 */
export async function moveTo<T extends Transition>(
  { store, clock, signal }: Pick<DeploymentContext, "store" | "clock" | "signal">,
  from: Deployment,
  transition: T,
): Promise<After<T>> {
  if (!advance(from, transition)) throw new Error(`deployment ${from.id} cannot move on from "${from.status}"`);
  const moved = await untilStored(clock, signal, () => store.deployments.move(from, transition));
  if (!moved) throw new Fenced(`deployment ${from.id} was changed elsewhere in the meantime`);
  return moved;
}
