import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import { FetchFailed, type RemoteRequest } from "../../ports/git.ts";
import { withRemote } from "../../remotes/with-remote.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

/**
 * Fetches the commit of a product whose repository is elsewhere. The name in a request, above all in a webhook, is only
 * a hint: a branch means its current tip in that repository, and a commit must be part of the tracked branch, or of the
 * ref that was named with it.
 */
export async function fetchSource(context: DeploymentContext): Promise<Commit> {
  const { git, store, limits, deployment, product, signal } = context;
  // A version that is rebuilt or resumed was fetched before.
  const known =
    deployment.commit && !isOnlyNamed(context) && (await git.resolve(product.id, deployment.commit.sha, signal));
  if (known) return known;
  try {
    const { allowPrivateRepositories } = limits;
    const access = { store, allowPrivateRepositories };
    const sha = await withRemote(access, product, (request) => fetchRequested(context, request));
    const commit = await git.resolve(product.id, sha, signal);
    if (!commit) throw new Error(`${sha} was fetched but is missing`);
    return commit;
  } catch (error) {
    if (!(error instanceof FetchFailed)) throw error;
    throw new DeploymentFailed({ stage: "fetch", message: error.message, hint: error.hint }, { cause: error });
  }
}

async function fetchRequested(context: DeploymentContext, request: RemoteRequest): Promise<CommitSha> {
  const { deployment, product, journal } = context;
  const asked = deployment.commit?.sha ?? deployment.ref;
  const exact = asked === null ? null : parseCommitSha(asked);
  const named = exact === null || isOnlyNamed(context) ? deployment.ref : null;
  const branch = named ?? (await trackedBranch(context, request));
  journal.stage("fetch", `Fetching ${branch} from ${product.repository}`);
  const byName = branch === askedByName(context);
  try {
    const tip = await fetchRef(context, request, { name: branch, mayBeTag: byName });
    if (exact !== null) return await partOf(context, { commit: exact, tip, branch });
    return tip;
  } catch (error) {
    const isShortId = byName && exact === null && /^[0-9a-f]{4,64}$/i.test(branch);
    if (!(isShortId && error instanceof FetchFailed && error.trouble === "no-ref")) throw error;
    return (await fetchShortId(context, request, branch)) ?? Promise.reject(error);
  }
}

/** A name of no branch or tag may be the short id of a commit of the tracked branch; null when it is not. */
async function fetchShortId(
  context: DeploymentContext,
  request: RemoteRequest,
  digits: string,
): Promise<CommitSha | null> {
  const { git, product, signal } = context;
  const branch = await trackedBranch(context, request);
  const tip = await git.fetch(product.id, { ...request, ref: `refs/heads/${branch}` }, signal);
  const [commit, second] = await git.commitsStartingWith(product.id, digits, signal);
  if (commit === undefined) return null;
  if (second === undefined) return partOf(context, { commit, tip, branch });
  throw new FetchFailed(
    "no-ref",
    `"${digits}" is ambiguous: several commit ids begin with it`,
    "Give more of the commit's id.",
  );
}

async function partOf(
  { git, product }: DeploymentContext,
  { commit, tip, branch }: { readonly commit: CommitSha; readonly tip: CommitSha; readonly branch: string },
): Promise<CommitSha> {
  if (commit === tip || (await git.isAncestor(product.id, commit, tip))) return commit;
  throw new FetchFailed(
    "no-ref",
    `commit ${commit.slice(0, 8)} is not part of ${branch}`,
    "It may have been removed by a force push, or belong to another branch.",
  );
}

/** Whether the request named this commit of this ref and it has not been fetched yet; a fetched one has its message. */
function isOnlyNamed({ deployment }: DeploymentContext): boolean {
  return deployment.trigger === "api" && deployment.commit?.message === "";
}

/** The name in an API request, which may mean a tag. Pushes and webhooks name branches only. */
function askedByName({ deployment, installation }: DeploymentContext): string | null {
  return deployment.trigger === "api" && deployment.ref !== installation.branch ? deployment.ref : null;
}

/**
 * Fetches a branch, or a tag of that name where the name may mean one. Otherwise anybody who may push tags could
 * replace a deleted branch.
 */
async function fetchRef(
  { git, product, signal }: DeploymentContext,
  request: RemoteRequest,
  { name, mayBeTag }: { readonly name: string; readonly mayBeTag: boolean },
): Promise<CommitSha> {
  try {
    return await git.fetch(product.id, { ...request, ref: `refs/heads/${name}` }, signal);
  } catch (error) {
    if (!(error instanceof FetchFailed && error.trouble === "no-ref" && mayBeTag)) throw error;
    return git.fetch(product.id, { ...request, ref: `refs/tags/${name}` }, signal);
  }
}

/** When no branch was set, the repository's default branch is tracked from now on. */
async function trackedBranch(
  { git, store, installation, signal }: DeploymentContext,
  request: RemoteRequest,
): Promise<string> {
  if (installation.branch !== null) return installation.branch;
  const { defaultBranch } = await git.lookAt(request, signal);
  if (defaultBranch === null) throw new FetchFailed("no-ref", "the repository is empty", "Push something to it first.");
  await store.installations.setBranch(installation.id, defaultBranch);
  return defaultBranch;
}
