import type { Transition } from "../../server/model/deployment/deployment.ts";
import { type DeploymentState, moves } from "../../server/model/deployment/moves.ts";
import { aFailure, aSpec, at } from "./a-deployment.ts";

// A record, so that a transition that is added to the model does not compile until it is listed here.
const one: { readonly [Type in Transition["type"]]: Extract<Transition, { readonly type: Type }> } = {
  claimed: { type: "claimed", at },
  requeued: { type: "requeued" },
  built: { type: "built", spec: aSpec() },
  resumed: { type: "resumed" },
  checked: { type: "checked" },
  switched: { type: "switched", at, replacedId: null },
  held: { type: "held", at },
  failed: { type: "failed", at, failure: aFailure },
  "cancel-requested": { type: "cancel-requested", at },
  cancelled: { type: "cancelled", at },
  superseded: { type: "superseded", at },
  stopped: { type: "stopped", at },
};

/** One of each type. */
export const everyTransition: readonly Transition[] = Object.values(one);

/** The state that the table of moves leads to; null when the transition is refused. */
export function leadsTo(type: Transition["type"], from: DeploymentState): DeploymentState | null {
  const row: Readonly<Partial<Record<DeploymentState, DeploymentState>>> = moves[type];
  return row[from] ?? null;
}
