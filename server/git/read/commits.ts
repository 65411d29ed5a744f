import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import type { GitCommand } from "../process/git-command.ts";
import { GitFailed } from "../process/git-failed.ts";

/**
 * The characters that git refuses in names of refs; its notation for finding commits (`main~3`, `:/message`) uses them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses control characters
const notInNames = /[\u0000-\u0020\u007f~^:?*[\\]|@\{|\.\./;

/** `%<(n,trunc)` bounds what a commit can make us read; the padding that it adds is trimmed. */
const format = "%<(300,trunc)%s%x00%<(100,trunc)%an";

/**
 * Resolves a branch, a tag or a full id to its commit; a branch wins over a tag of the same name. Null when there is
 * none. The name is taken literally: none of git's notation for finding commits works.
 */
export async function resolveCommit(
  git: GitCommand,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<Commit | null> {
  for (const candidate of candidates(revision)) {
    const sha = await peelToCommit(git, repository, candidate, signal);
    if (sha === null) continue;
    const [message = "", author = ""] = (
      await git(repository, ["log", "-1", "--no-show-signature", `--format=${format}`, sha, "--"], signal)
    ).split("\0");
    return { sha, message: message.trimEnd(), author: author.trimEnd() };
  }
  return null;
}

/**
 * How many objects have their type checked. Few share four digits, and two commits are enough to know that the digits
 * are ambiguous.
 */
const maxLookedAt = 20;

/** The ids of commits that begin with these digits, in upper or lower case; at most two. */
export async function commitsStartingWith(
  git: GitCommand,
  repository: string,
  digits: string,
  signal: AbortSignal,
): Promise<readonly CommitSha[]> {
  if (!/^[0-9a-f]{4,64}$/i.test(digits)) return [];
  const prefix = digits.toLowerCase();
  const only = await peelToCommit(git, repository, prefix, signal);
  if (only !== null) return only.startsWith(prefix) ? [only] : [];
  const commits: CommitSha[] = [];
  const lines = (await git(repository, ["rev-parse", `--disambiguate=${prefix}`], signal)).split("\n");
  for (const line of lines.slice(0, maxLookedAt)) {
    const id = parseCommitSha(line.trim());
    if (id === null || (await git(repository, ["cat-file", "-t", id], signal)).trim() !== "commit") continue;
    commits.push(id);
    if (commits.length === 2) break;
  }
  return commits;
}

/** The commits that `to` has and `from` does not, newest first. Empty when either is missing. */
export async function commitsBetween(
  git: GitCommand,
  repository: string,
  from: CommitSha,
  to: CommitSha,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Commit[]> {
  const args = ["log", `--max-count=${limit}`, "--no-show-signature", `--format=%H%x00${format}`, to, `^${from}`, "--"];
  try {
    const lines = (await git(repository, args, signal)).split("\n");
    return lines.flatMap((line): readonly Commit[] => {
      const [id = "", message = "", author = ""] = line.split("\0");
      const sha = parseCommitSha(id);
      return sha === null ? [] : [{ sha, message: message.trimEnd(), author: author.trimEnd() }];
    });
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 128) return [];
    throw error;
  }
}

export async function commitTime(
  git: GitCommand,
  repository: string,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<Date> {
  const seconds = await git(repository, ["log", "-1", "--no-show-signature", "--format=%ct", commit, "--"], signal);
  return new Date(Number.parseInt(seconds, 10) * 1_000);
}

function candidates(revision: string): readonly string[] {
  if (revision === "" || notInNames.test(revision)) return [];
  if (parseCommitSha(revision) !== null) return [revision, `refs/heads/${revision}`, `refs/tags/${revision}`];
  return revision.startsWith("refs/") ? [revision] : [`refs/heads/${revision}`, `refs/tags/${revision}`];
}

async function peelToCommit(
  git: GitCommand,
  repository: string,
  name: string,
  signal: AbortSignal,
): Promise<CommitSha | null> {
  try {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    return parseCommitSha((await git(repository, args, signal)).trim());
  } catch (error) {
    if (error instanceof GitFailed && (error.exitCode === 1 || error.exitCode === 128)) return null;
    throw error;
  }
}
