import { type After, advance, type Deployment, type Transition } from "../../model/deployment/deployment.ts";
import { stateOf } from "../../model/deployment/moves.ts";
import type { DeploymentContext } from "../context/context.ts";
import { Fenced } from "../deployment-failed.ts";
import { untilStored } from "./until-stored.ts";

/**
 * Writes a move and returns the deployment as it is now. Rejects with Fenced when the row is not in the expected state:
 * a cancel came first, or another server has taken over.
 */
export async function moveTo<T extends Transition>(
  { store, clock, signal }: Pick<DeploymentContext, "store" | "clock" | "signal">,
  from: Deployment,
  transition: T,
): Promise<After<T>> {
  const to = advance(from, transition);
  if (!to) throw new Error(`deployment ${from.id} cannot move on from "${from.status}"`);
  const move = async () => (await store.deployments.move(from, transition)) ?? (await movedBefore(to));
  const moved = await untilStored(clock, signal, move);
  if (!moved) throw new Fenced(`deployment ${from.id} was changed elsewhere in the meantime`);
  return moved;

  /** The row, when an earlier try was committed and only its answer was lost: nobody else moves it in this attempt. */
  async function movedBefore(to: Deployment): Promise<After<T> | null> {
    const now = await store.deployments.get(to.id);
    const isThere = now && now.attempt === to.attempt && stateOf(now) === stateOf(to);
    return isThere ? (now as After<T>) : null;
  }
}
