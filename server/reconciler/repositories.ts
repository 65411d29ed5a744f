import type { ReconcilerContext } from "./context.ts";

/**
 * Clears what a server that was killed between storing a push and queueing it has left: commits kept for deployments
 * that never came to be, and repositories of products that are gone. Once, at the beginning of a shift.
 */
export async function clearStrayCommits(needs: Pick<ReconcilerContext, "git" | "store">): Promise<void> {
  const { git, store } = needs;
  const repositories = await git.listRepositories();
  if (repositories.length === 0) return;
  // Whoever pushes from now on gets a higher id.
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
