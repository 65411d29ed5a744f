import type { Deployment, Transition } from "./deployment.ts";

/** The statuses, with `deploying` split into its three steps. */
export const deploymentStates = [
  "queued",
  "building",
  "deploying/start",
  "deploying/cut-over",
  "deploying/watch",
  "ready",
  "failed",
  "stopped",
] as const;
export type DeploymentState = (typeof deploymentStates)[number];

export const stateOf = (deployment: Deployment): DeploymentState =>
  deployment.status === "deploying" ? `deploying/${deployment.step}` : deployment.status;

type From = Readonly<Partial<Record<DeploymentState, DeploymentState>>>;

/**
 * The states of a deployment as a table: for every transition, the states it may happen in and where it leads. All
 * other moves are refused. `advance` computes these moves, the CHECKs of the table `deployments` hold their outcomes,
 * and tests compare the three. Two moves have a further condition: a deployment that was asked to stop is neither
 * checked nor requeued, and only a deployment that a push or a webhook queued is superseded.
 */
export const moves = {
  claimed: { queued: "building" },
  requeued: { building: "queued" },
  built: { building: "deploying/start" },
  resumed: {
    "deploying/start": "deploying/start",
    "deploying/cut-over": "deploying/cut-over",
    "deploying/watch": "deploying/watch",
  },
  checked: { "deploying/start": "deploying/cut-over" },
  switched: { "deploying/cut-over": "deploying/watch" },
  held: { "deploying/watch": "ready" },
  failed: {
    building: "failed",
    "deploying/start": "failed",
    "deploying/cut-over": "failed",
    "deploying/watch": "failed",
  },
  "cancel-requested": { queued: "stopped", building: "building", "deploying/start": "deploying/start" },
  cancelled: { building: "stopped", "deploying/start": "stopped" },
  superseded: { queued: "stopped" },
  stopped: { ready: "stopped" },
} satisfies Record<Transition["type"], From>;
