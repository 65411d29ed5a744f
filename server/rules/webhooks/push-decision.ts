import type { Queued, Running } from "../../model/deployment/deployment.ts";
import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { RefUpdate } from "../../ports/git.ts";

const branchPrefix = "refs/heads/";

/** `refs/heads/feature/x` becomes `feature/x`. Null when it is no branch. */
export function branchOf(ref: string): string | null {
  return ref.startsWith(branchPrefix) && ref.length > branchPrefix.length ? ref.slice(branchPrefix.length) : null;
}

/** The branch that an installation without one will track: `main`, or `master` if that is pushed first. */
export function firstBranch(pushed: readonly string[]): string | null {
  const branches = pushed.map(branchOf);
  return ["main", "master"].find((name) => branches.includes(name)) ?? null;
}

/** The installations that a push of this branch deploys. */
export function trackers(installations: readonly Installation[], branch: string): readonly Installation[] {
  return installations.filter((installation) => installation.branch === branch);
}

/** Says that a push deployed nothing, and how to deploy it. */
export function untracked({ ref, to }: Pick<RefUpdate, "ref" | "to">, installations: readonly Installation[]): string {
  const branch = branchOf(ref);
  const name = branch ?? ref.replace(/^refs\/tags\//, "tag ");
  if (to === null) return `${name} was removed. Nothing was deployed.`;
  const tracked = [...new Set(installations.flatMap((installation) => installation.branch ?? []))];
  const what = `${name} was stored but not deployed. This product deploys ${tracked.join(" and ") || "main"}`;
  const [target = "main"] = tracked;
  return branch === null ? `${what}.` : `${what}: push ${branch}:${target}, or change the branch in Settings.`;
}

/** The newest undecided push of an installation, which a further push must descend from. */
export function newestUndecidedPush(undecided: readonly (Queued | Running)[]): (Queued | Running) | null {
  return undecided.findLast((deployment) => deployment.trigger === "push" && deployment.commit !== null) ?? null;
}

export type PushVerdict =
  /** Queue it, unless another push came in between. */
  | { readonly type: "deploy"; readonly after: DeploymentId | null }
  /** The same commit is being deployed already: follow that deployment. */
  | { readonly type: "follow"; readonly deployment: DeploymentId }
  | { readonly type: "refuse"; readonly reason: string };

/**
 * Decides what a push means while another push of the same installation may be pending. `descends` tells whether the
 * pushed commit descends from the pending one.
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
