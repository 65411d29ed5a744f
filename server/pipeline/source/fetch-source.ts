import { withRemote } from "../../commands/webhooks/with-remote.ts";
import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import { FetchFailed, type RemoteRequest } from "../../ports/git.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

/**
 * The commit of a product that has its repository elsewhere. What was asked for, by a webhook above all, is a hint:
 * a branch means where it stands there now, and a commit must be part of the branch that is tracked, or of the ref that
 * somebody named with it.
 */
export async function fetchSource(
  world: PipelineContext,
  work: DeploymentContext,
  signal: AbortSignal,
): Promise<Commit> {
  const { git } = world;
  const { deployment, product } = work;
  // Of a version that is made anew, or gone on with: it was fetched before.
  const known =
    deployment.commit && !isOnlyNamed(work) && (await git.resolve(product.id, deployment.commit.sha, signal));
  if (known) return known;
  try {
    const { allowPrivateRepositories } = world.limits;
    const sha = await withRemote({ store: world.store, allowPrivateRepositories }, product, (request) =>
      bring(world, work, request, signal),
    );
    const commit = await git.resolve(product.id, sha, signal);
    if (!commit) throw new Error(`${sha} was fetched but is missing`);
    return commit;
  } catch (error) {
    if (!(error instanceof FetchFailed)) throw error;
    throw new DeploymentFailed({ stage: "fetch", message: error.message, hint: error.hint }, { cause: error });
  }
}

async function bring(
  world: PipelineContext,
  work: DeploymentContext,
  request: RemoteRequest,
  signal: AbortSignal,
): Promise<CommitSha> {
  const { deployment, product, journal } = work;
  const asked = deployment.commit?.sha ?? deployment.ref;
  const exact = asked === null ? null : parseCommitSha(asked);
  const named = exact === null || isOnlyNamed(work) ? deployment.ref : null;
  const branch = named ?? (await trackedBranch(world, work, request, signal));
  journal.stage("fetch", `Fetching ${branch} from ${product.repository}`);
  const byName = branch === askedByName(work);
  try {
    const tip = await bringRef(world, work, request, { name: branch, mayBeTag: byName }, signal);
    if (exact !== null) return await partOf(world, work, { commit: exact, tip, branch });
    return tip;
  } catch (error) {
    const isShortId = byName && exact === null && /^[0-9a-f]{4,64}$/i.test(branch);
    if (!(isShortId && error instanceof FetchFailed && error.trouble === "no-ref")) throw error;
    return (await bringShortId(world, work, request, branch, signal)) ?? Promise.reject(error);
  }
}

/** What names no branch or tag may be the short id of a commit of the tracked branch. Null: it is not. */
async function bringShortId(
  world: PipelineContext,
  work: DeploymentContext,
  request: RemoteRequest,
  digits: string,
  signal: AbortSignal,
): Promise<CommitSha | null> {
  const { product } = work;
  const branch = await trackedBranch(world, work, request, signal);
  const tip = await world.git.fetch(product.id, { ...request, ref: `refs/heads/${branch}` }, signal);
  const [commit, second] = await world.git.commitsStartingWith(product.id, digits, signal);
  if (commit === undefined) return null;
  if (second === undefined) return partOf(world, work, { commit, tip, branch });
  throw new FetchFailed(
    "no-ref",
    `"${digits}" is ambiguous: several commit ids begin with it`,
    "Give more of the commit's id.",
  );
}

async function partOf(
  { git }: PipelineContext,
  { product }: DeploymentContext,
  { commit, tip, branch }: { readonly commit: CommitSha; readonly tip: CommitSha; readonly branch: string },
): Promise<CommitSha> {
  if (commit === tip || (await git.isAncestor(product.id, commit, tip))) return commit;
  throw new FetchFailed(
    "no-ref",
    `commit ${commit.slice(0, 8)} is not part of ${branch}`,
    "It may have been removed by a force push, or belong to another branch.",
  );
}

/** Whether somebody asked for this commit of this ref, and nobody has looked yet: what was fetched has its message. */
function isOnlyNamed({ deployment }: DeploymentContext): boolean {
  return deployment.trigger === "api" && deployment.commit?.message === "";
}

/** The name that somebody asked for by the API, who may mean a tag. Pushes and webhooks are about branches alone. */
function askedByName({ deployment, installation }: DeploymentContext): string | null {
  return deployment.trigger === "api" && deployment.ref !== installation.branch ? deployment.ref : null;
}

/** A branch, else a tag of that name where it may be one: whoever may push tags could else replace a branch that is gone. */
async function bringRef(
  { git }: PipelineContext,
  { product }: DeploymentContext,
  request: RemoteRequest,
  { name, mayBeTag }: { readonly name: string; readonly mayBeTag: boolean },
  signal: AbortSignal,
): Promise<CommitSha> {
  try {
    return await git.fetch(product.id, { ...request, ref: `refs/heads/${name}` }, signal);
  } catch (error) {
    if (!(error instanceof FetchFailed && error.trouble === "no-ref" && mayBeTag)) throw error;
    return git.fetch(product.id, { ...request, ref: `refs/tags/${name}` }, signal);
  }
}

/** Where nobody has said which: what a clone of the repository checks out, from now on. */
async function trackedBranch(
  { git, store }: PipelineContext,
  { installation }: DeploymentContext,
  request: RemoteRequest,
  signal: AbortSignal,
): Promise<string> {
  if (installation.branch !== null) return installation.branch;
  const { defaultBranch } = await git.lookAt(request, signal);
  if (defaultBranch === null) throw new FetchFailed("no-ref", "the repository is empty", "Push something to it first.");
  await store.installations.setBranch(installation.id, defaultBranch);
  return defaultBranch;
}
