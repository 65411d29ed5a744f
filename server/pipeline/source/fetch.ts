import type { Commit } from "../../model/deployment/deployment.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { fetchSource } from "./fetch-source.ts";

/** The exact commit that this deployment is about; a ref is resolved once, here, and is exact from then on. */
export async function fetchCommit(
  world: PipelineContext,
  work: DeploymentContext,
  signal: AbortSignal,
): Promise<Commit> {
  const { deployment, product, journal } = work;
  const commit =
    product.repository === null ? await pushed(world, work, signal) : await fetchSource(world, work, signal);
  // Who asks for a commit elsewhere cannot say what its message is.
  if (deployment.commit?.message !== commit.message) await world.store.deployments.recordCommit(deployment, commit);
  await world.git.keepCommit(product.id, deployment.id, commit.sha);
  journal.stage(
    "fetch",
    `Deployment ${deployment.number} of ${product.slug}: ${commit.sha.slice(0, 8)} ${commit.message}`,
  );
  return commit;
}

async function pushed(
  world: PipelineContext,
  { deployment, product }: DeploymentContext,
  signal: AbortSignal,
): Promise<Commit> {
  const asked = deployment.commit?.sha ?? deployment.ref;
  const commit = asked === null ? null : await world.git.resolve(product.id, asked, signal);
  if (commit) return commit;
  throw new DeploymentFailed({
    stage: "fetch",
    message: `this product's repository has no branch, tag or commit "${asked}"`,
    hint: "It may have been removed by a force push. Push the version again.",
  });
}
