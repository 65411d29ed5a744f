import type { Deployment } from "../../model/deployment/deployment.ts";

/**
 * Describes what triggered a deployment: "Pushed to main by ada", "Redeployed #6 by ada". `source` is the number of the
 * deployment whose version it uses; null if it has its own version, or if that deployment was deleted.
 */
export function triggerText(
  deployment: Pick<Deployment, "trigger" | "ref" | "by" | "fresh" | "variables" | "dataBefore">,
  source: number | null,
): string {
  const { trigger, ref, by, fresh, variables, dataBefore } = deployment;
  const who = by === null ? "" : ` by ${by}`;
  const version = source === null ? "" : ` #${source}`;
  const where = ref === null ? "" : ` to ${ref}`;
  switch (trigger) {
    case "push":
      return `Pushed${where}${who}`;
    case "webhook":
      return `Webhook: pushed${where}${who}`;
    case "redeploy":
      if (fresh) return `Redeployed everything${who}`;
      return variables === "now" ? `Changes applied${who}` : `Redeployed${version}${who}`;
    case "rollback":
      return `Redeployed${version}${dataBefore === null ? "" : " with its data"}${who}`;
    case "api":
      return `Started${who}`;
  }
}
