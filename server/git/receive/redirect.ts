import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import { whyReserved } from "../../model/names/reserved-refs.ts";
import type { PushResult, RefUpdate } from "../../ports/git.ts";
import { deploymentRefs } from "../repository/repository-config.ts";

/** The commands that git gets in place of the client's. */
export interface RoutedPush {
  readonly commands: readonly RefUpdate[];
  /** Refs that git is not asked about: accepted (null) or refused with a reason. */
  readonly settled: ReadonlyMap<string, string | null>;
  readonly redirected: readonly Redirected[];
}

/** A branch that stays where it is, and the deployments' refs that get its commit. */
export interface Redirected {
  readonly update: RefUpdate & { readonly to: CommitSha };
  readonly standIns: readonly string[];
}

/** Git's own wording, which its users know how to act upon. */
export const stale = "fetch first";

/**
 * Decides what git is asked to do. Pure. `tips` are the current branches by full name. A redirected branch is not
 * touched, so git does not notice when it has moved since the client looked; that is checked here.
 */
export function routePush(
  updates: readonly RefUpdate[],
  redirect: ReadonlyMap<string, readonly DeploymentId[]>,
  tips: ReadonlyMap<string, CommitSha>,
): RoutedPush {
  const commands: RefUpdate[] = [];
  const settled = new Map<string, string | null>();
  const redirected: Redirected[] = [];

  for (const update of updates) {
    const { ref, from, to } = update;
    const deployments = redirect.get(ref);
    const reserved = whyReserved(ref);
    if (reserved !== null) settled.set(ref, reserved);
    else if (deployments === undefined) commands.push(update);
    // A deployed branch stays, because its deployments refer to it.
    else if (to === null) settled.set(ref, null);
    else if (from !== (tips.get(ref) ?? null)) settled.set(ref, stale);
    else {
      const standIns = deployments.map((id) => `${deploymentRefs}${id}`);
      commands.push(...standIns.map((standIn) => ({ ref: standIn, from: null, to })));
      redirected.push({ update: { ref, from, to }, standIns });
    }
  }
  return { commands, settled, redirected };
}

/** Turns git's report on its commands into a report on the client's. Pure. */
export function resultForClient({ settled, redirected }: RoutedPush, reported: PushResult): PushResult {
  const hidden = new Set(redirected.flatMap(({ standIns }) => standIns));
  const refs = new Map([...settled, ...[...reported.refs].filter(([ref]) => !hidden.has(ref))]);
  for (const { update, standIns } of redirected) {
    const reasons = standIns.map((ref) => (reported.refs.has(ref) ? (reported.refs.get(ref) ?? null) : "not stored"));
    refs.set(update.ref, reasons.find((reason) => reason !== null) ?? null);
  }
  return { unpackError: reported.unpackError, refs };
}
