import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, type ProductId, parseCommitSha } from "../../model/names/ids.ts";
import type { Installation, Product } from "../../model/product.ts";
import type { Git } from "../../ports/git.ts";
import { type Refused, refused } from "../refused.ts";

/** What somebody asks for by name: a branch or tag, a commit, or a commit that must be part of a branch or tag. */
export interface VersionRequest {
  readonly ref?: string | undefined;
  readonly commit?: string | undefined;
}

interface AskedVersion {
  readonly ref: string | null;
  /** Null: found when it is fetched. */
  readonly commit: Commit | null;
}

/** The version that is meant, as far as it can be known without asking another server for it. */
export async function askedVersion(
  git: Git,
  product: Product,
  { branch }: Installation,
  version: VersionRequest,
  signal: AbortSignal,
): Promise<AskedVersion | Refused> {
  return product.repository === null
    ? pushedVersion(git, product, version, branch, signal)
    : versionElsewhere(git, product, version, branch, signal);
}

/** What is elsewhere is found, and a commit is looked for in its ref, when it is fetched. A short id can be known before. */
async function versionElsewhere(
  git: Git,
  { id }: Product,
  { ref, commit }: VersionRequest,
  branch: string | null,
  signal: AbortSignal,
): Promise<AskedVersion | Refused> {
  const asked = commit ?? ref ?? branch;
  if (commit === undefined || asked === null) return { ref: asked, commit: null };
  const found = parseCommitSha(commit) ?? (await fromShortId(git, id, commit, signal));
  if (typeof found === "object" && found !== null) return found;
  if (ref === undefined) return { ref: found ?? commit, commit: null };
  if (found === null) {
    return refused("invalid", `Baton has not fetched a commit "${commit}" yet: give all 40 characters of its id`);
  }
  return { ref, commit: { sha: found, message: "", author: "" } };
}

async function pushedVersion(
  git: Git,
  { id }: Product,
  version: VersionRequest,
  branch: string | null,
  signal: AbortSignal,
): Promise<AskedVersion | Refused> {
  const ref = version.ref ?? branch;
  const asked = version.commit ?? ref;
  if (asked === null) {
    return refused(
      "conflict",
      "nothing has been pushed yet, so there is no branch to deploy: push first, or pass a ref",
    );
  }
  const commit = await named(git, id, asked, signal);
  if ("type" in commit) return commit;
  if (version.ref === undefined || version.commit === undefined) return { ref, commit };
  const tip = await named(git, id, version.ref, signal);
  if ("type" in tip) return tip;
  if (tip.sha === commit.sha || (await git.isAncestor(id, commit.sha, tip.sha))) return { ref, commit };
  return refused("invalid", `commit ${commit.sha.slice(0, 8)} is not part of ${version.ref}`);
}

/** A branch, a tag, or a commit by its id, which may be cut short or in upper case; a name wins over an id. */
async function named(git: Git, id: ProductId, revision: string, signal: AbortSignal): Promise<Commit | Refused> {
  const commit = await git.resolve(id, revision, signal);
  if (commit) return commit;
  const found = await fromShortId(git, id, revision, signal);
  if (typeof found === "object" && found !== null) return found;
  return (found && (await git.resolve(id, found, signal))) ?? namesNothing(revision);
}

/** Null: no commit that is here begins so. */
async function fromShortId(
  git: Git,
  id: ProductId,
  digits: string,
  signal: AbortSignal,
): Promise<CommitSha | Refused | null> {
  const [first = null, second] = await git.commitsStartingWith(id, digits, signal);
  if (first === null || second === undefined) return first;
  return refused("invalid", `"${digits}" is ambiguous: several commit ids begin with it; give more of the commit's id`);
}

export function namesNothing(asked: string): Refused {
  return refused("invalid", `this product's repository has no branch, tag or commit "${asked}"`);
}
