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
