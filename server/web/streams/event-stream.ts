import type { Deployment } from "../../model/deployment/deployment.ts";
import { isOver } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { endOf } from "../read/deployment-end.ts";
import { createSharedLookup } from "../webhooks/shared-lookup.ts";
import { followEvents } from "./follow-events.ts";
import { answerWithEvents, heartbeatMs, type SseMessage, type SseWriter } from "./sse.ts";
import type { Aside } from "./state-stream.ts";

/** Formats the events of a deployment for one kind of reader. */
export interface EventRenderer {
  /** Called with every batch in order. The `id`s of the messages must be sequence numbers. */
  messages(events: readonly DeploymentEvent[]): Promise<readonly SseMessage[]>;
  /** The last message to readers that would otherwise reconnect; null answers 204 instead. */
  readonly goodbye: SseMessage | null;
  /** News about other deployments. */
  readonly aside?: Aside;
}

export interface EventStreams {
  /**
   * Replays the events after `after` (Last-Event-ID takes precedence), then follows until the deployment is settled.
   */
  answer(
    c: WebContext,
    deployment: Deployment,
    after: number,
    rendererFrom: (after: number) => Promise<EventRenderer>,
  ): Promise<Response>;
}

const asidePauseMs = 2_000;
/** How long after the drain limit a deployment counts as settled even without a "settled" event. */
const afterDrainMs = 15_000;

type StreamNeeds = Pick<WebAdapters, "store" | "clock" | "log" | "closing" | "drainTimeoutMs">;

export function createEventStreams(outside: StreamNeeds): EventStreams {
  const needs = { ...outside, store: withSharedReads(outside.store) };
  return {
    async answer(c, deployment, after, rendererFrom) {
      const from = lastEventId(c) ?? after;
      const renderer = await rendererFrom(from);
      const { goodbye } = renderer;
      const isEnd = await hasNothingMore(needs, deployment, from);
      if (isEnd && !goodbye) return c.body(null, 204);
      return answerWithEvents(c, needs, async (writer) => {
        if (!isEnd) await follow(needs, { id: deployment.id, from }, renderer, writer);
        if (goodbye) await writer.send(goodbye);
      });
    },
  };
}

/**
 * Readers of one deployment wake at the same moment and are at the same event, so its new events are read once for all
 * of them.
 */
function withSharedReads(store: StreamNeeds["store"]): StreamNeeds["store"] {
  const read = createSharedLookup((name: string) => {
    const [id = 0, after = 0, limit = 0] = name.split(" ").map(Number);
    return store.events.read(id as DeploymentId, after, limit);
  });
  return { ...store, events: { ...store.events, read: (id, after, limit) => read(`${id} ${after} ${limit}`) } };
}

async function follow(
  needs: StreamNeeds,
  { id, from }: { readonly id: DeploymentId; readonly from: number },
  { messages, aside }: EventRenderer,
  writer: SseWriter,
): Promise<void> {
  const { store, clock } = needs;
  let lookedAsideMs = clock.monotonicMs();
  let willLookAside = false;
  const hearAll = (heard: Aside["heard"], wake: () => void) =>
    store.events.subscribeAll((other) => {
      if (other === id) return wake();
      heard(other);
      // Output of others must not wake every reader ten times a second, so all of it is sent together a little later.
      if (willLookAside) return;
      willLookAside = true;
      const waitMs = Math.max(0, lookedAsideMs + asidePauseMs - clock.monotonicMs());
      clock.sleep(waitMs, writer.signal).then(wake, () => {});
    });
  const follow = { after: from, idleMs: heartbeatMs, signal: writer.signal };
  const everything = aside && { subscribe: (wake: () => void) => hearAll(aside.heard, wake) };
  for await (const news of followEvents(needs, id, { ...follow, ...everything })) {
    if (news === "idle") {
      if (isLongOver(needs, await store.deployments.get(id))) return;
      await writer.heartbeat();
      continue;
    }
    for (const message of news.length > 0 ? await messages(news) : []) await writer.send(message);
    willLookAside = false;
    const beside = await aside?.html();
    lookedAsideMs = clock.monotonicMs();
    if (beside) await writer.send({ data: beside });
    if (news.some(({ type }) => type === "settled")) return;
  }
}

async function hasNothingMore(needs: StreamNeeds, deployment: Deployment, after: number): Promise<boolean> {
  if (!isOver(deployment.status)) return false;
  const [seen, ...unseen] = await needs.store.events.read(deployment.id, Math.max(0, after - 1), 2);
  if (unseen.length > 0 || (seen && seen.seq > after)) return false;
  return seen?.type === "settled" || isLongOver(needs, deployment);
}

function isLongOver({ clock, drainTimeoutMs }: StreamNeeds, deployment: Deployment | null): boolean {
  if (!deployment) return true;
  const endedAt = endOf(deployment);
  return endedAt !== null && clock.now().getTime() - endedAt.getTime() > drainTimeoutMs + afterDrainMs;
}

/** The id of the last event that a reconnecting reader has; null if the header is missing or invalid. */
export function lastEventId(c: WebContext): number | null {
  const text = c.req.header("last-event-id");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
