import type { Commit, Deployment } from "../../server/model/deployment/deployment.ts";
import { commitUrl } from "../../server/rules/webhooks/commit-url.ts";

/** What a deployment is called by people: the commit's message. */
export function headline(deployment: Pick<Deployment, "commit" | "ref">): string {
  return deployment.commit?.message || deployment.ref || "Resolving the commit…";
}

/** `repository`: where the product's code is fetched from; a commit there is a link, where the forge is known. */
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
 * "Pushed to main by ada", "Redeployed #6 by ada": what pages call the act that made it. `source`: the number of the
 * deployment whose version it is; null: it is its own, or that one is gone.
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
