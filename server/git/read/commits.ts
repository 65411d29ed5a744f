import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import type { GitCommand } from "../process/git-command.ts";
import { GitFailed } from "../process/git-failed.ts";
import { type CommitFacts, parseCommit } from "./commit-object.ts";
import type { ObjectReader } from "./object-reader.ts";

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
  reader: ObjectReader,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<Commit | null> {
  for (const candidate of candidates(revision)) {
    const commit = await readCommit(reader, repository, candidate, signal);
    if (commit) return { sha: commit.sha, message: commit.message, author: commit.author };
  }
  return null;
}

/** How much of a commit is read. Its message comes after its signature and the tags that were merged. */
const maxCommitBytes = 256 * 1024;

/** The commit that an id or a full ref names, also through a tag; null when there is none. */
export async function readCommit(
  reader: ObjectReader,
  repository: string,
  name: string,
  signal: AbortSignal,
): Promise<(CommitFacts & { readonly sha: CommitSha }) | null> {
  const object = await reader.read(repository, `${name}^{commit}`, maxCommitBytes, signal);
  const sha = object && parseCommitSha(object.id);
  return object && sha && { sha, ...parseCommit(object.content) };
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

/** Git accepts no longer refs from a client. */
const maxRevisionBytes = 1_024;

function candidates(revision: string): readonly string[] {
  if (revision === "" || notInNames.test(revision) || Buffer.byteLength(revision) > maxRevisionBytes) return [];
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
