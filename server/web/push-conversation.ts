import type { Deployment } from "../model/deployment.ts";
import type { DeploymentId } from "../model/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Git, PushAnswer, PushRequest, PushResult } from "../ports/git.ts";
import type { Log } from "../ports/log.ts";
import { type Store, StoreUnavailable } from "../ports/store.ts";
import { durationText } from "../rules/duration-text.ts";
import { narrate } from "../rules/narrate.ts";
import { DeploymentDeleted, follow } from "../trigger/follow.ts";
import type { PushOutcome, PushPlan, PushTrigger } from "../trigger/push.ts";
import { StreamEnded } from "./open-streams.ts";

const keepAliveMs = 5_000;
const databasePauseMs = 1_000;
/** The reason stands in one line of the client's terminal, behind the name of the branch. */
const maxReasonChars = 200;

export interface PushConversation {
  readonly store: Store;
  readonly git: Git;
  readonly pushes: PushTrigger;
  readonly clock: Clock;
  readonly log: Log;
  /** The page of a deployment, as a link to follow. */
  readonly pageOf: (deployment: DeploymentId) => string;
  /** The address of a host, as a user types it. */
  readonly urlOf: (host: string) => string;
}

/**
 * Talks with the one who pushes: stores the objects, tells how the deployments go, and ends with the word on
 * every ref. Never rejects. When the client goes away only the telling ends.
 */
export async function conductPush(
  needs: PushConversation,
  conversation: {
    readonly push: PushRequest;
    readonly plan: PushPlan;
    readonly terminal: PushAnswer;
    readonly by: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { push, plan, terminal, by, signal } = conversation;
  const keepAlive = setInterval(() => terminal.keepAlive(), keepAliveMs);
  const say = (line: string) => terminal.progress(`${line}\n`);
  try {
    const progress = (text: string) => terminal.progress(text);
    const stored = await needs.git.receive(plan.product.id, push, plan.redirect, progress, signal);
    for (const remark of plan.remarks) say(remark);
    const outcomes = await needs.pushes.accept(plan, stored, by);
    const words = new Map(stored.refs);
    await Promise.all(
      outcomes.map(async (outcome) => {
        words.set(outcome.ref, await wordOn(needs, outcome, push.options.includes("detach"), say, signal));
      }),
    );
    terminal.finish({ unpackError: stored.unpackError, refs: words });
  } catch (error) {
    if (!signal.aborted) needs.log.error({ err: error }, "a push could not be answered");
    const ended = signal.reason instanceof StreamEnded ? signal.reason.message : null;
    terminal.finish(refuseAll(push, ended ?? "something went wrong in Baton; its log says what"));
  } finally {
    clearInterval(keepAlive);
  }
}

/** Null: the branch is accepted; otherwise why not, in one line. */
async function wordOn(
  needs: PushConversation,
  outcome: PushOutcome,
  detach: boolean,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  if (outcome.type === "refused") return oneLine(outcome.reason);
  if (detach) {
    for (const id of outcome.deployments) say(`Queued. Follow it at ${needs.pageOf(id)}`);
    return null;
  }
  const ends = await Promise.all(outcome.deployments.map((id) => tell(needs, id, say, signal)));
  return ends.find((reason) => reason !== null) ?? null;
}

async function tell(
  needs: PushConversation,
  id: DeploymentId,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  let heard = 0;
  for (;;) {
    try {
      const events = follow(needs.store, id, signal, heard);
      for (let next = await events.next(); ; next = await events.next()) {
        if (next.done) return await conclude(needs, next.value, say);
        heard = next.value.seq;
        for (const line of narrate(next.value)) say(line);
        if (next.value.type === "stage" && next.value.stage === "watch") say("    Press Ctrl-C to leave; it goes on");
      }
    } catch (error) {
      if (error instanceof DeploymentDeleted) return "the product was deleted during the deployment";
      // The deployment goes on, and so does the telling when the database is back.
      if (!(error instanceof StoreUnavailable)) throw error;
      await needs.clock.sleep(databasePauseMs, signal);
    }
  }
}

async function conclude(
  needs: PushConversation,
  deployment: Deployment,
  say: (line: string) => void,
): Promise<string | null> {
  const page = needs.pageOf(deployment.id);
  switch (deployment.status) {
    case "ready": {
      const took = durationText(deployment.liveAt.getTime() - deployment.startedAt.getTime());
      say("");
      for (const { host } of deployment.spec.routes) say(`    ${needs.urlOf(host)}`);
      say("");
      say(`    Deployed #${deployment.number} in ${took}. ${page}`);
      return null;
    }
    case "failed":
      say("");
      say(`    Deployment failed. ${await whatIsLive(needs, deployment)} ${page}`);
      return oneLine(`${deployment.failure.stage}: ${deployment.failure.message}`);
    case "stopped":
      return oneLine(deployment.reason);
    case "queued":
    case "building":
    case "deploying":
      throw new Error(`deployment ${deployment.id} was followed to its end, but is ${deployment.status}`);
  }
}

async function whatIsLive({ store }: PushConversation, failed: Deployment): Promise<string> {
  const installation = await store.installations.get(failed.installationId);
  const id = installation?.liveDeploymentId ?? null;
  const live = id === null ? null : await store.deployments.get(id);
  return live ? `#${live.number} is still live.` : "Nothing is live yet.";
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= maxReasonChars ? line : `${line.slice(0, maxReasonChars - 1)}…`;
}

function refuseAll(push: PushRequest, reason: string): PushResult {
  return { unpackError: null, refs: new Map(push.updates.map(({ ref }) => [ref, reason] as const)) };
}
