import type { Commit } from "../../model/deployment/deployment.ts";
import type { DeploymentContext } from "../context/context.ts";
import { requireSpace } from "../context/require-space.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { fetchSource } from "./fetch-source.ts";

/** Resolves the exact commit of this deployment. A ref is resolved once, here, and is exact from then on. */
export async function fetchCommit(context: DeploymentContext): Promise<Commit> {
  const { git, store, deployment, product, journal } = context;
  await requireSpace(context, "fetch");
  const commit = product.repository === null ? await pushedCommit(context) : await fetchSource(context);
  // A request for a commit of another repository does not know its message.
  if (deployment.commit?.message !== commit.message) await store.deployments.recordCommit(deployment, commit);
  await git.keepCommit(product.id, deployment.id, commit.sha);
  journal.stage(
    "fetch",
    `Deployment ${deployment.number} of ${product.slug}: ${commit.sha.slice(0, 8)} ${commit.message}`,
  );
  return commit;
}

async function pushedCommit({ git, deployment, product, signal }: DeploymentContext): Promise<Commit> {
  const asked = deployment.commit?.sha ?? deployment.ref;
  const commit = asked === null ? null : await git.resolve(product.id, asked, signal);
  if (commit) return commit;
  throw new DeploymentFailed({
    stage: "fetch",
    message: `this product's repository has no branch, tag or commit "${asked}"`,
    hint: "It may have been removed by a force push. Push the version again.",
  });
}
