import type { ReconcilerContext } from "../context.ts";

/**
 * Removes what a server leaves behind when it is killed between storing a push and queueing it: commits kept for
 * deployments that never existed, and repositories of deleted products. Runs once, when the server becomes the leader.
 */
export async function clearStrayCommits({ git, store }: ReconcilerContext): Promise<void> {
  const repositories = await git.listRepositories();
  if (repositories.length === 0) return;
  // Every push from now on gets a higher id.
  const mark = await store.deployments.reserveId();
  for (const product of repositories) {
    if (!(await store.products.get(product))) {
      await git.removeRepository(product);
      continue;
    }
    for (const deployment of await git.keptCommits(product)) {
      if (deployment < mark && !(await store.deployments.get(deployment))) await git.releaseCommit(product, deployment);
    }
  }
}
