import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommitSha, type DeploymentId, parseCommitSha } from "../../model/names/ids.ts";
import type { GitCommand } from "../process/git-command.ts";
import { GitFailed } from "../process/git-failed.ts";
import type { GitProcesses } from "../process/git-process.ts";
import type { ObjectReader } from "../read/object-reader.ts";
import { changeRefs } from "./ref-transaction.ts";
import { deploymentRefs } from "./repository-config.ts";

/** Refs are written by a git of our own: simple-git waits 50 ms for the output of one that has none. */
interface RefTools {
  readonly command: GitCommand;
  readonly processes: GitProcesses;
  readonly reader: ObjectReader;
}

const branchRefs = "refs/heads/";
/** Either takes milliseconds. */
const [readTimeoutMs, writeTimeoutMs] = [30_000, 60_000];

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

/** The commits of these refs, by full name; one that does not exist is left out. */
export async function readTips(
  reader: ObjectReader,
  repository: string,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommitSha>> {
  const tips = new Map<string, CommitSha>();
  await Promise.all(
    refs.map(async (ref) => {
      const object = await reader.read(repository, ref, 0, signal);
      const commit = object && parseCommitSha(object.id);
      if (commit) tips.set(ref, commit);
    }),
  );
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
    return (await git(repository, ["merge-base", ancestor, descendant])).trim() === ancestor;
  } catch (error) {
    // Exit code 1 means that they have no ancestor in common, 128 that one of the commits is missing.
    if (error instanceof GitFailed && (error.exitCode === 1 || error.exitCode === 128)) return false;
    throw error;
  }
}

/**
 * Moves the branch first: git checks its name and that it gets a commit, and HEAD follows only then. What is right
 * already is left alone.
 */
export async function moveBranch(
  { command, processes, reader }: RefTools,
  place: { readonly repository: string; readonly branch: string },
  commit: CommitSha,
): Promise<void> {
  const { repository, branch } = place;
  const ref = `${branchRefs}${branch}`;
  if ((await pointsAt(reader, repository, ref)) !== commit) await writeRef(processes, repository, ref, commit);
  const head = await readFile(join(repository, "HEAD"), "utf8");
  if (head.trimEnd() !== `ref: ${ref}`) await command(repository, ["symbolic-ref", "HEAD", ref]);
}

/** A push has stored its commit under the deployment's ref already. */
export async function keepCommit(
  { processes, reader }: Omit<RefTools, "command">,
  place: { readonly repository: string; readonly deployment: DeploymentId },
  commit: CommitSha,
): Promise<void> {
  const { repository, deployment } = place;
  const ref = `${deploymentRefs}${deployment}`;
  if ((await pointsAt(reader, repository, ref)) !== commit) await writeRef(processes, repository, ref, commit);
}

function writeRef(processes: GitProcesses, repository: string, ref: string, to: string | null): Promise<void> {
  return changeRefs(processes, repository, new Map([[ref, to]]), AbortSignal.timeout(writeTimeoutMs));
}

/** The id of the object that a ref points at; null when there is no such ref, or no such object. */
async function pointsAt(reader: ObjectReader, repository: string, ref: string): Promise<string | null> {
  const object = await reader.read(repository, ref, 0, AbortSignal.timeout(readTimeoutMs));
  return object?.id ?? null;
}

export function releaseCommit(processes: GitProcesses, repository: string, deployment: DeploymentId): Promise<void> {
  return writeRef(processes, repository, `${deploymentRefs}${deployment}`, null);
}

export async function readKeptCommits(git: GitCommand, repository: string): Promise<readonly DeploymentId[]> {
  const output = await git(repository, ["for-each-ref", "--format=%(refname)", deploymentRefs]);
  return output
    .split("\n")
    .map((ref) => ref.slice(deploymentRefs.length))
    .filter((id) => /^\d+$/.test(id))
    .map((id) => Number.parseInt(id, 10) as DeploymentId);
}
