import type { Queued, Running } from "../../model/deployment/deployment.ts";
import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { RefUpdate } from "../../ports/git.ts";

const branchPrefix = "refs/heads/";

/** `refs/heads/feature/x` -> `feature/x`; null when it is not a branch. */
export function branchOf(ref: string): string | null {
  return ref.startsWith(branchPrefix) && ref.length > branchPrefix.length ? ref.slice(branchPrefix.length) : null;
}

/** The branch that an installation without one will track: `main`, or `master` where that is what is pushed first. */
export function firstBranch(pushed: readonly string[]): string | null {
  const branches = pushed.map(branchOf);
  return ["main", "master"].find((name) => branches.includes(name)) ?? null;
}

/** Which installations a push of this branch deploys. */
export function trackers(installations: readonly Installation[], branch: string): readonly Installation[] {
  return installations.filter((installation) => installation.branch === branch);
}

/** What a push that deploys nothing did, and how to deploy it. */
export function untracked({ ref, to }: Pick<RefUpdate, "ref" | "to">, installations: readonly Installation[]): string {
  const branch = branchOf(ref);
  const name = branch ?? ref.replace(/^refs\/tags\//, "tag ");
  if (to === null) return `${name} was removed. Nothing was deployed.`;
  const tracked = [...new Set(installations.flatMap((installation) => installation.branch ?? []))];
  const what = `${name} was stored but not deployed. This product deploys ${tracked.join(" and ") || "main"}`;
  const [target = "main"] = tracked;
  return branch === null ? `${what}.` : `${what}: push ${branch}:${target}, or change the branch in Settings.`;
}

/** The newest push to an installation that is not decided yet: what a further push must descend from. */
export function newestUndecidedPush(undecided: readonly (Queued | Running)[]): (Queued | Running) | null {
  return undecided.findLast((deployment) => deployment.trigger === "push" && deployment.commit !== null) ?? null;
}

export type PushVerdict =
  /** Queue it; it is guarded by what was looked at. */
  | { readonly type: "deploy"; readonly after: DeploymentId | null }
  /** The same commit is being deployed already: follow that one. */
  | { readonly type: "follow"; readonly deployment: DeploymentId }
  | { readonly type: "refuse"; readonly reason: string };

/**
 * What a push means while another one of the same installation may be pending. `descends` tells whether
 * the pushed commit descends from the pending one.
 */
export function judgePush(pushed: CommitSha, pending: (Queued | Running) | null, descends: boolean): PushVerdict {
  if (!pending?.commit) return { type: "deploy", after: null };
  if (pending.commit.sha === pushed) return { type: "follow", deployment: pending.id };
  if (descends) return { type: "deploy", after: pending.id };
  const whose = pending.commit.author === "" ? "" : ` by ${pending.commit.author}`;
  return {
    type: "refuse",
    reason: `commit ${pending.commit.sha.slice(0, 8)}${whose} is being deployed; pull it first or wait`,
  };
}
