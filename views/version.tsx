import type { Commit, Deployment } from "../server/model/deployment.ts";
import { commitUrl } from "../server/rules/commit-url.ts";

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
