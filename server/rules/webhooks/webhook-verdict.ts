import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import type { ForgeEvent } from "../../ports/forge.ts";
import type { DeliveryFacts, InstallationFacts, Judgement, SourceEvent } from "../../ports/store/deliveries.ts";
import { isAboutPaths } from "./path-filter.ts";
import { branchOf } from "./push-decision.ts";
import { isSameRepository } from "./repository-url.ts";
import { skipMarker } from "./skip-marker.ts";

type Push = Extract<ForgeEvent, { type: "push" }>;
type Tip = Extract<SourceEvent, { type: "tip" }>;

/**
 * What a genuine delivery means for a product. `again`: someone asked to process it again, so having seen it before
 * does not make it a duplicate.
 */
export function judgeDelivery(event: SourceEvent, again: boolean, facts: DeliveryFacts): Judgement {
  const { repository, earlier } = facts;
  if (repository === null) return ignored("this product has no repository: it is pushed to Baton directly");
  const isElsewhere = "repository" in event && !isSameRepository(repository, event.repository);
  if (isElsewhere && event.type !== "ping") {
    const named = event.repository[0];
    return ignored(
      named === undefined
        ? `the payload names no repository; this product is deployed from ${repository}`
        : `the payload is about ${named}, but this product is deployed from ${repository}: if the repository was renamed or moved, set its new URL`,
    );
  }
  if (earlier !== null && !again && event.type !== "ping") return seenBefore(earlier);

  switch (event.type) {
    case "ping":
      // An organisation's webhook names no repository.
      return isElsewhere && event.repository.length > 0
        ? ignored(
            `the webhook works, but it belongs to ${event.repository[0]}, and this product is deployed from ${repository}: if the repository was renamed or moved, set its new URL`,
          )
        : { ...nothing, outcome: "pong", verdict: "the webhook works" };
    case "push":
      return judgePush(event, facts);
    case "tip":
      return judgeTip(event, facts);
    case "delete":
      return ignored(
        event.kind === "branch"
          ? `the branch ${event.name} was deleted: the live version stays live`
          : `the tag ${event.name} was deleted: tags deploy nothing`,
      );
    case "pull-request":
      return ignored(`pull request ${event.number} was ${event.action.replaceAll("_", " ")}: only pushes deploy`);
    case "other":
      return ignored(`a "${event.name}" event deploys nothing`);
  }
}

function judgePush(push: Push, facts: DeliveryFacts): Judgement {
  const branch = branchOf(push.ref);
  if (branch === null) return ignored(`${push.ref.replace(/^refs\/tags\//, "tag ")} deploys nothing: only branches do`);
  const tracking = facts.installations.filter((one) => (one.branch ?? push.defaultBranch) === branch);
  if (tracking.length === 0) return ignored(`${branch} deploys nothing: ${trackedBranches(facts.installations)}`);
  const marker = skipMarker(push.message);
  if (marker !== null) return ignored(`the commit message says ${marker}`);
  if (!isAboutPaths(facts.paths, push.paths)) {
    const isList = facts.paths.some((pattern) => pattern.startsWith("!"));
    return ignored(`no changed file matches ${facts.paths.join(isList ? " " : " or ")}`);
  }
  return decide(branch, push.after, tracking, (one) => sameAsCurrent(one, push.after));
}

function judgeTip(tip: Tip, facts: DeliveryFacts): Judgement {
  const tracking = facts.installations.filter((one) => one.branch === tip.branch);
  // A commit that failed is only tried again when somebody asks for it.
  return decide(
    tip.branch,
    tip.commit,
    tracking,
    (one) => sameAsCurrent(one, tip.commit) ?? (tip.asked ? null : tried(one, tip.commit)),
  );
}

function decide(
  branch: string,
  commit: CommitSha,
  tracking: readonly InstallationFacts[],
  sameOf: (installation: InstallationFacts) => DeploymentId | null,
): Judgement {
  const deploys = tracking.filter((one) => sameOf(one) === null);
  const same = tracking.map(sameOf).filter((id) => id !== null);
  const what = `${commit.slice(0, 8)} on ${branch}`;
  if (deploys.length === 0) {
    return {
      outcome: "duplicate",
      verdict: `${what} is already deployed or being deployed`,
      deploys: [],
      branch,
      commit,
      same,
    };
  }
  const where = deploys.map(({ environment }) => environment).join(" and ");
  const ids = deploys.map(({ id }) => id);
  return { outcome: "deployed", verdict: `${what}: queued for ${where}`, deploys: ids, branch, commit, same: [] };
}

/**
 * The deployment that already has this commit: the newest undecided one, or else the live one. A commit that is live
 * while another is being deployed is no duplicate but a rollback.
 */
function sameAsCurrent({ undecided, live }: InstallationFacts, commit: CommitSha): DeploymentId | null {
  const current = undecided ?? live;
  return current?.commit === commit ? current.deployment : null;
}

function tried({ newest }: InstallationFacts, commit: CommitSha): DeploymentId | null {
  return newest?.commit === commit ? newest.deployment : null;
}

function seenBefore({ id, deployments }: NonNullable<DeliveryFacts["earlier"]>): Judgement {
  return {
    ...nothing,
    outcome: "duplicate",
    verdict: `the same delivery already arrived as number ${id}`,
    same: deployments,
  };
}

function trackedBranches(installations: readonly InstallationFacts[]): string {
  const branches = [...new Set(installations.flatMap(({ branch }) => branch ?? []))];
  return branches.length === 0
    ? "the default branch does"
    : `${branches.join(" and ")} ${branches.length === 1 ? "does" : "do"}`;
}

const nothing = { deploys: [], branch: null, commit: null, same: [] } as const;

function ignored(verdict: string): Judgement {
  return { ...nothing, outcome: "ignored", verdict };
}
