import { type CommitSha, type DeploymentId, parseCommitSha } from "../../model/names/ids.ts";
import type { GitCommand } from "../process/git-command.ts";
import { GitFailed } from "../process/git-failed.ts";
import { deploymentRefs } from "./repository-config.ts";

const branchRefs = "refs/heads/";

/** Branch tips by full name. */
export async function readBranches(git: GitCommand, repository: string): Promise<ReadonlyMap<string, CommitSha>> {
  // Names of refs contain neither spaces nor line ends.
  const output = await git(repository, ["for-each-ref", "--format=%(objectname) %(refname)", branchRefs]);
  const tips = new Map<string, CommitSha>();
  for (const line of output.split("\n")) {
    const [id = "", ref = ""] = line.split(" ");
    const commit = parseCommitSha(id);
    if (commit !== null) tips.set(ref, commit);
  }
  return tips;
}

export function branchName(ref: string): string {
  return ref.slice(branchRefs.length);
}

export async function isAncestor(
  git: GitCommand,
  repository: string,
  ancestor: CommitSha,
  descendant: CommitSha,
): Promise<boolean> {
  try {
    await git(repository, ["merge-base", "--is-ancestor", ancestor, descendant]);
    return true;
  } catch (error) {
    // Exit code 1 means that it is not an ancestor, 128 that one of the commits is missing.
    if (error instanceof GitFailed && (error.exitCode === 1 || error.exitCode === 128)) return false;
    throw error;
  }
}

/** Moves the branch first: git checks its name and that it gets a commit, and HEAD follows only then. */
export async function moveBranch(
  git: GitCommand,
  repository: string,
  branch: string,
  commit: CommitSha,
): Promise<void> {
  await git(repository, ["update-ref", `${branchRefs}${branch}`, commit]);
  await git(repository, ["symbolic-ref", "HEAD", `${branchRefs}${branch}`]);
}

export async function keepCommit(
  git: GitCommand,
  repository: string,
  deployment: DeploymentId,
  commit: CommitSha,
): Promise<void> {
  await git(repository, ["update-ref", `${deploymentRefs}${deployment}`, commit]);
}

export async function releaseCommit(git: GitCommand, repository: string, deployment: DeploymentId): Promise<void> {
  await git(repository, ["update-ref", "-d", `${deploymentRefs}${deployment}`]);
}

export async function readKeptCommits(git: GitCommand, repository: string): Promise<readonly DeploymentId[]> {
  const output = await git(repository, ["for-each-ref", "--format=%(refname)", deploymentRefs]);
  return output
    .split("\n")
    .map((ref) => ref.slice(deploymentRefs.length))
    .filter((id) => /^\d+$/.test(id))
    .map((id) => Number.parseInt(id, 10) as DeploymentId);
}
