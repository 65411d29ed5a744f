import type { Stopped } from "../../model/deployment/deployment.ts";

/** Why a deployment is over, and who ended it: "cancelled by Ada (token ci)". */
export function stopText({ reason, stoppedBy }: Pick<Stopped, "reason" | "stoppedBy">): string {
  if (!stoppedBy) return reason;
  return `${reason === "stopped by hand" ? "stopped" : reason} by ${stoppedBy}`;
}
