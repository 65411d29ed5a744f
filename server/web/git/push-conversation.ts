import { plainText } from "../../../views/text/terminal-text.ts";
import type { PushOutcome } from "../../commands/pushes/accept-push.ts";
import type { PushPlan } from "../../commands/pushes/plan-push.ts";
import type { Deployment, Failed, Ready } from "../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { PushWatch } from "../../model/product.ts";
import type { PushAnswer, PushRequest, PushResult, RefUpdate } from "../../ports/git.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import { pushAdvice } from "../../rules/webhooks/push-advice.ts";
import { type PushOptions, readPushOptions } from "../../rules/webhooks/push-options.ts";
import { durationText } from "../../rules/wording/duration-text.ts";
import { renderEvent } from "../../rules/wording/render-event.ts";
import { stopText } from "../../rules/wording/stop-text.ts";
import type { WebAdapters } from "../adapters.ts";
import { DeploymentDeleted, followDeployment } from "../streams/follow-deployment.ts";
import { StreamEnded } from "../streams/open-streams.ts";

const keepAliveMs = 5_000;
const databasePauseMs = 1_000;
/** Git prints the reason on one line, after the name of the branch. */
const maxReasonChars = 200;
const deletedReason = "the product was deleted during the deployment";

export type PushNeeds = Pick<WebAdapters, "store" | "git" | "commands" | "clock" | "log" | "pageOf" | "urlOf">;

/**
 * Answers a push: stores the objects, reports the deployments' progress, and ends with the result for every ref. Never
 * rejects. If the client disconnects, only the reporting ends.
 */
export async function conductPush(
  needs: PushNeeds,
  conversation: {
    readonly push: PushRequest;
    readonly plan: PushPlan;
    readonly terminal: PushAnswer;
    readonly by: string;
    /** Writes to the activity what the push has stored. */
    readonly record: (updates: readonly RefUpdate[]) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { push, plan, terminal, by, record, signal } = conversation;
  const keepAlive = setInterval(() => terminal.keepAlive(), keepAliveMs);
  const say = (line: string) => terminal.progress(`${plainText(line)}\n`);
  try {
    const progress = (text: string) => terminal.progress(text);
    const stored = await needs.git.receive(plan.product.id, push, plan.redirect, progress, signal);
    const options = readPushOptions(push.options, plan.product.watch);
    for (const line of [...options.remarks, ...linesOn(plan, stored)]) say(line);
    const outcomes = await needs.commands.acceptPush(plan, stored, by);
    await record(acceptedOf(push, stored, outcomes));
    const words = new Map(stored.refs);
    const voices = await voicesOf(needs, outcomes, say);
    await Promise.all(
      outcomes.map(async (outcome) => {
        words.set(outcome.ref, await wordOn(needs, plan, outcome, options, voices, signal));
      }),
    );
    terminal.finish({ unpackError: stored.unpackError, refs: words });
  } catch (error) {
    if (!signal.aborted) needs.log.error({ err: error }, "a push could not be answered");
    const ended = signal.reason instanceof StreamEnded ? signal.reason.message : null;
    terminal.finish(refuseAll(push, ended ?? "something went wrong in Baton; see its log for details"));
  } finally {
    clearInterval(keepAlive);
  }
}

function acceptedOf(push: PushRequest, { unpackError, refs }: PushResult, outcomes: readonly PushOutcome[]) {
  const refused = outcomes.flatMap((outcome) => (outcome.type === "refused" ? outcome.ref : []));
  const isAccepted = ({ ref }: RefUpdate) => (refs.get(ref) ?? null) === null && !refused.includes(ref);
  return unpackError === null ? push.updates.filter(isAccepted) : [];
}

type Say = (line: string) => void;

/** If several deployments report at once, each line begins with the name of its environment. */
async function voicesOf(
  { store }: PushNeeds,
  outcomes: readonly PushOutcome[],
  say: Say,
): Promise<(id: DeploymentId) => Say> {
  const ids = outcomes.flatMap((outcome) => (outcome.type === "refused" ? [] : outcome.deployments));
  if (ids.length < 2) return () => say;
  const names = new Map<DeploymentId, string>();
  for (const id of ids) {
    const deployment = await store.deployments.get(id);
    const installed = deployment && (await store.installations.installedProduct(deployment.installationId));
    if (installed) names.set(id, installed.environment.name);
  }
  return (id) => {
    const name = names.get(id);
    return name === undefined ? say : (line) => say(line === "" ? "" : `[${name}] ${line}`);
  };
}

/** The remarks on accepted refs that deploy nothing, and advice on refusals. */
function linesOn({ remarks }: PushPlan, { unpackError, refs }: PushResult): readonly string[] {
  const accepted = [...remarks].filter(([ref]) => unpackError === null && refs.get(ref) === null);
  const advice = new Set([unpackError, ...refs.values()].flatMap((reason) => pushAdvice(reason) ?? []));
  return [...accepted.map(([, remark]) => remark), ...advice];
}

/** Why the branch is refused, in one line; null if it is accepted. */
async function wordOn(
  needs: PushNeeds,
  plan: PushPlan,
  outcome: PushOutcome,
  options: PushOptions,
  voiceOf: (id: DeploymentId) => Say,
  signal: AbortSignal,
): Promise<string | null> {
  if (outcome.type === "refused") return oneLine(outcome.reason);
  if (options.detach) {
    for (const id of outcome.deployments) voiceOf(id)(`Queued. Follow it at ${needs.pageOf(id)}`);
    return null;
  }
  const ends = await Promise.all(
    outcome.deployments.map((id) => followToEnd(needs, id, options.watch, voiceOf(id), signal)),
  );
  const refused = ends.find((end) => end.reason !== null);
  if (refused) return refused.reason;
  if (ends.some((end) => end.isWatched)) await moveBranch(needs, plan, outcome.ref);
  return null;
}

/** The client learns that its branch has moved, so it must move now and stay, whatever happens in the watch window. */
async function moveBranch(needs: PushNeeds, { product, targets }: PushPlan, ref: string): Promise<void> {
  const target = targets.find(({ update }) => update.ref === ref);
  if (!target) return;
  await needs.git.moveBranch(product.id, target.branch, target.commit).catch((error: unknown) => {
    needs.log.warn(
      { err: error, product: product.slug, ref },
      "the branch could not be moved yet; it moves when the watch window is over",
    );
  });
}

/** The result of reporting a deployment. */
interface DeploymentEnd {
  /** Why the branch is refused; null if it is accepted. */
  readonly reason: string | null;
  /** Whether it is live and still being watched. */
  readonly isWatched: boolean;
}

async function followToEnd(
  needs: PushNeeds,
  id: DeploymentId,
  watch: PushWatch,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<DeploymentEnd> {
  let heard = 0;
  for (;;) {
    try {
      const events = followDeployment(needs, id, signal, heard);
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done) return { reason: await wordAtEnd(needs, next.value, say), isWatched: false };
        heard = next.value.seq;
        for (const line of renderEvent(next.value)) say(line);
        if (next.value.type !== "stage" || next.value.stage !== "watch") continue;
        if (watch === "background" && (await leave(needs, id, say))) return { reason: null, isWatched: true };
        say(
          "    The push ends when the watch window is over. Ctrl-C doesn't stop it; -o watch=background skips the wait",
        );
      }
    } catch (error) {
      if (error instanceof DeploymentDeleted) return { reason: deletedReason, isWatched: false };
      // The deployment continues, and the reporting resumes when the database is back.
      if (!(error instanceof StoreUnavailable)) throw error;
      await needs.clock.sleep(databasePauseMs, signal);
    }
  }
}

/** After the cut-over a deployment is not cancelled any more. It ends normally even if its product is deleted. */
async function wordAtEnd(
  needs: PushNeeds,
  deployment: Deployment,
  say: (line: string) => void,
): Promise<string | null> {
  return (await isInstalled(needs, deployment)) ? conclude(needs, deployment, say) : deletedReason;
}

async function isInstalled({ store }: PushNeeds, { installationId }: Deployment): Promise<boolean> {
  return (await store.installations.installedProduct(installationId))?.isDeleted === false;
}

/** Reports a deployment that is live and will be watched in the background. False if the watch is over already. */
async function leave(needs: PushNeeds, id: DeploymentId, say: (line: string) => void): Promise<boolean> {
  const deployment = await needs.store.deployments.get(id);
  if (deployment?.status !== "deploying" || deployment.step !== "watch") return false;
  if (!(await isInstalled(needs, deployment))) return false;
  sayDeployed(needs, deployment, say);
  say("    Baton keeps watching it in the background: if it fails, traffic moves back, and this branch stays.");
  return true;
}

function sayDeployed(
  needs: PushNeeds,
  deployment: Pick<Ready, "id" | "number" | "liveAt" | "startedAt" | "spec">,
  say: (line: string) => void,
): void {
  const took = durationText(deployment.liveAt.getTime() - deployment.startedAt.getTime());
  say("");
  for (const { host } of deployment.spec.routes) say(`    ${needs.urlOf(host)}`);
  say("");
  say(`    Deployed #${deployment.number} in ${took}. ${needs.pageOf(deployment.id)}`);
}

async function conclude(needs: PushNeeds, deployment: Deployment, say: (line: string) => void): Promise<string | null> {
  const page = needs.pageOf(deployment.id);
  switch (deployment.status) {
    case "ready":
      sayDeployed(needs, deployment, say);
      return null;
    case "failed":
      say("");
      say(`    Deployment failed. ${await whatIsLive(needs, deployment)} ${page}`);
      return oneLine(`${deployment.failure.stage}: ${deployment.failure.message}`);
    case "stopped":
      return oneLine(stopText(deployment));
    case "queued":
    case "building":
    case "deploying":
      throw new Error(`deployment ${deployment.id} was followed to its end, but is ${deployment.status}`);
  }
}

async function whatIsLive({ store }: PushNeeds, failed: Failed): Promise<string> {
  const installation = await store.installations.get(failed.installationId);
  const id = installation?.liveDeploymentId ?? null;
  const live = id === null ? null : await store.deployments.get(id);
  if (live) return `#${live.number} is ${failed.failure.served ? "live again" : "still live"}.`;
  return installation?.stopped ? "Nothing is live: the product was stopped." : "Nothing is live yet.";
}

function oneLine(text: string): string {
  const line = plainText(text).replace(/\s+/g, " ").trim();
  return line.length <= maxReasonChars ? line : `${line.slice(0, maxReasonChars - 1)}…`;
}

function refuseAll(push: PushRequest, reason: string): PushResult {
  return { unpackError: null, refs: new Map(push.updates.map(({ ref }) => [ref, reason] as const)) };
}
