import type { Commit } from "../../model/deployment/deployment.ts";
import { type CommitSha, type ProductId, parseCommitSha } from "../../model/names/ids.ts";
import type { Installation, Product } from "../../model/product.ts";
import type { Git } from "../../ports/git.ts";
import { type Refused, refused } from "../refused.ts";

/** The version that a request names: a branch or tag, a commit, or a commit that must be part of a branch or tag. */
export interface VersionRequest {
  readonly ref?: string | undefined;
  readonly commit?: string | undefined;
}

interface AskedVersion {
  readonly ref: string | null;
  /** Null if the commit is only known after fetching. */
  readonly commit: Commit | null;
}

/** Resolves the requested version as far as possible without contacting another server. */
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

/**
 * For a repository elsewhere the fetch resolves the ref and checks that the commit is part of it. A short id may be
 * known already.
 */
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

/**
 * Resolves a branch, a tag, or a commit id, which may be short or in upper case. A name takes precedence over an id.
 */
async function named(git: Git, id: ProductId, revision: string, signal: AbortSignal): Promise<Commit | Refused> {
  const commit = await git.resolve(id, revision, signal);
  if (commit) return commit;
  const found = await fromShortId(git, id, revision, signal);
  if (typeof found === "object" && found !== null) return found;
  return (found && (await git.resolve(id, found, signal))) ?? namesNothing(revision);
}

/** Null if no stored commit starts with this. */
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
