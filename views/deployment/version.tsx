import type { Commit, Deployment } from "../../server/model/deployment/deployment.ts";
import { commitUrl } from "../../server/rules/webhooks/commit-url.ts";

/** The title that people know a deployment by: the commit's message. */
export function headline(deployment: Pick<Deployment, "commit" | "ref">): string {
  return deployment.commit?.message || deployment.ref || "Resolving the commit…";
}

/** Shows a commit, as a link if its forge is known. `repository` is the URL that the product is fetched from. */
export function Sha({ commit, repository }: { readonly commit: Commit; readonly repository: string | null }) {
  const code = (
    <code class="sha" title={commit.sha}>
      {commit.sha.slice(0, 7)}
    </code>
  );
  const url = commitUrl(repository, commit.sha);
  if (url === null) return code;
  return (
    <a class="commit-link" href={url} rel="noreferrer">
      <span class="visually-hidden">Commit </span>
      {code}
    </a>
  );
}

/**
 * Describes what triggered a deployment: "Pushed to main by ada", "Redeployed #6 by ada". `source` is the number of the
 * deployment whose version it uses; null if it has its own version, or if that deployment was deleted.
 */
export function triggerText(
  deployment: Pick<Deployment, "trigger" | "ref" | "by" | "fresh" | "variables">,
  source: number | null,
): string {
  const { trigger, ref, by, fresh, variables } = deployment;
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
      return `Redeployed${version}${who}`;
    case "api":
      return `Started${who}`;
  }
}
