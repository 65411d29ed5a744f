import type { Commit, Deployment } from "../server/model/deployment.ts";

/** What a deployment is called by people: the commit's message. */
export function headline(deployment: Pick<Deployment, "commit" | "ref">): string {
  return deployment.commit?.message || deployment.ref || "Resolving the commit…";
}

export function Sha({ commit }: { readonly commit: Commit }) {
  return (
    <code class="sha" title={commit.sha}>
      {commit.sha.slice(0, 7)}
    </code>
  );
}

/** "Pushed to main by ada", "Rolled back by ada". */
export function triggerText({ trigger, ref, by }: Pick<Deployment, "trigger" | "ref" | "by">): string {
  const who = by === null ? "" : ` by ${by}`;
  const where = ref === null ? "" : ` to ${ref}`;
  switch (trigger) {
    case "push":
      return `Pushed${where}${who}`;
    case "webhook":
      return `Webhook: pushed${where}${who}`;
    case "redeploy":
      return `Redeployed${who}`;
    case "rollback":
      return `Rolled back${who}`;
    case "api":
      return `Started via the API${who}`;
  }
}
