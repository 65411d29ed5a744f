import type { Deployment } from "../../model/deployment/deployment.ts";

/** When a deployment ended; null if it has not. */
export function endOf(deployment: Deployment): Date | null {
  switch (deployment.status) {
    case "queued":
    case "building":
    case "deploying":
      return null;
    case "ready":
      return deployment.readyAt;
    case "failed":
    case "stopped":
      return deployment.finishedAt;
  }
}
