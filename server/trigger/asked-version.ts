import type { Commit } from "../model/deployment.ts";
import { parseCommitSha } from "../model/ids.ts";
import type { Installation, Product } from "../model/product.ts";
import type { Git } from "../ports/git.ts";
import { type Refused, refused } from "./refused.ts";

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
    : versionElsewhere(version, branch);
}

/** What is elsewhere is found, and a commit is looked for in its ref, when it is fetched. */
function versionElsewhere({ ref, commit }: VersionRequest, branch: string | null): AskedVersion | Refused {
  if (ref === undefined || commit === undefined) return { ref: commit ?? ref ?? branch, commit: null };
  const sha = parseCommitSha(commit);
  if (sha === null) {
    return refused("invalid", `"${commit}" is not a whole commit id: 40 hexadecimal digits are wanted beside a ref`);
  }
  return { ref, commit: { sha, message: "", author: "" } };
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
    return refused("conflict", "nothing was pushed yet, so there is no branch to deploy: push, or name a ref");
  }
  const commit = await git.resolve(id, asked, signal);
  if (!commit) return namesNothing(asked);
  if (version.ref === undefined || version.commit === undefined) return { ref, commit };
  const tip = await git.resolve(id, version.ref, signal);
  if (!tip) return namesNothing(version.ref);
  if (tip.sha === commit.sha || (await git.isAncestor(id, commit.sha, tip.sha))) return { ref, commit };
  return refused("invalid", `commit ${commit.sha.slice(0, 8)} is not part of ${version.ref}`);
}

export function namesNothing(asked: string): Refused {
  return refused("invalid", `"${asked}" names no commit of this product's repository`);
}
