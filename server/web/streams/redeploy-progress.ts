import { createWakeUp } from "../../async/wake-up.ts";
import type { Principal } from "../../model/access/principal.ts";
import { type Deployment, isOver } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, StackProgress } from "../../model/deployment/event.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { hidesOutput, withoutOutput } from "../../rules/access/hidden-output.ts";
import { isIn, type ProductSet } from "../../rules/access/visible-products.ts";
import { visibleTo } from "../access/visible.ts";
import type { WebAdapters } from "../adapters.ts";
import { visitorOf, type WebContext } from "../http/web-context.ts";
import { displayName } from "../read/display-name.ts";
import { redeployResult, sourceStacks, stackNameOf } from "../read/redeploy-result.ts";
import { pendingOf } from "../read/stack-progress.ts";
import { lastEventId } from "./event-stream.ts";
import { isLastStatus, type StatusEvent } from "./follow-deployment.ts";
import { followEvents } from "./follow-events.ts";
import { answerWithEvents, heartbeatMs, type SseMessage, type SseWriter } from "./sse.ts";

type Needs = Pick<WebAdapters, "store" | "clock" | "log" | "closing">;

/**
 * Streams the progress of a product redeploy to everybody who knows its session id, even before the redeploy was
 * requested. It begins with every stack as pending and ends with `done`. A reader that reconnects after that gets 204.
 */
export async function answerWithProgress(c: WebContext, needs: Needs, sessionId: string): Promise<Response> {
  const from = lastEventId(c) ?? 0;
  const find = () => visibleBySession(needs.store, sessionId, visibleTo(c));
  const who = visitorOf(c).identity;
  const known = await find();
  if (known && (await hasSeenTheEnd(needs, known, from))) return c.body(null, 204);
  return answerWithEvents(c, needs, async (writer) => {
    const deployment = known ?? (await untilAskedFor(needs, find, writer));
    await followProgress(needs, { deployment, from, who }, writer);
  });
}

async function hasSeenTheEnd({ store }: Needs, deployment: Deployment, from: number): Promise<boolean> {
  if (from === 0 || !isOver(deployment.status)) return false;
  const [seen] = await store.events.read(deployment.id, from - 1, 1);
  return seen !== undefined && isLastStatus(seen);
}

/** A redeploy of a product that the reader may not see is like one that was never asked for. */
async function visibleBySession(store: ReadStore, sessionId: string, visible: ProductSet): Promise<Deployment | null> {
  const deployment = await store.deployments.bySession(sessionId);
  const installed = deployment && (await store.installations.installedProduct(deployment.installationId));
  return installed && isIn(visible, installed.product.id) ? deployment : null;
}

async function untilAskedFor(
  { store, clock }: Needs,
  find: () => Promise<Deployment | null>,
  writer: SseWriter,
): Promise<Deployment> {
  const news = createWakeUp(clock);
  const heardOf = new Set<DeploymentId>();
  // A deployment's session never changes, so each deployment is looked up once.
  const unsubscribe = store.events.subscribeAll((id) => {
    if (!heardOf.has(id)) news.wake();
    heardOf.add(id);
  });
  try {
    for (;;) {
      const deployment = await find();
      if (deployment) return deployment;
      if ((await news.next(heartbeatMs, writer.signal)) === "idle") await writer.heartbeat();
    }
  } finally {
    unsubscribe();
  }
}

async function followProgress(
  needs: Needs,
  { deployment, from, who }: { readonly deployment: Deployment; readonly from: number; readonly who: Principal },
  writer: SseWriter,
): Promise<void> {
  const { store } = needs;
  const { id } = deployment;
  const isHidden = async () => {
    const installed = await store.installations.installedProduct(deployment.installationId);
    return installed !== null && hidesOutput(who, installed.product);
  };
  const product = await productOf(store, deployment.installationId);
  const pending = from === 0 ? (await sourceStacks(store, deployment)).map(pendingOf) : [];
  for (const stack of pending) await writer.send({ event: "stack", data: stackJson(product, stack) });
  for await (const news of followEvents(needs, id, { after: from, idleMs: heartbeatMs, signal: writer.signal })) {
    for (const event of news === "idle" ? [] : news) {
      if (isLastStatus(event)) return sendEnd(store, product, id, event, writer);
      const isOutput = event.type === "log";
      const message = messageOf(product, isOutput && (await isHidden()) ? withoutOutput(event) : event);
      if (message) await writer.send({ id: String(event.seq), ...message });
    }
    if (news !== "idle") continue;
    if (!(await store.deployments.get(id))) return;
    await writer.heartbeat();
  }
}

/** The last status has no id, so that a reader that was disconnected before `done` receives both again. */
async function sendEnd(
  store: ReadStore,
  product: string,
  id: DeploymentId,
  end: StatusEvent,
  writer: SseWriter,
): Promise<void> {
  await writer.send({ event: "status", data: statusJson(end) });
  const deployment = await store.deployments.get(id);
  if (!deployment) return;
  const result = await redeployResult(store, product, deployment);
  await writer.send({ id: String(end.seq), event: "done", data: JSON.stringify(result) });
}

/** The message for an event, if the event is progress; otherwise null. */
function messageOf(product: string, event: DeploymentEvent): SseMessage | null {
  switch (event.type) {
    case "stack":
      return { event: "stack", data: stackJson(product, event.stack) };
    case "status":
      return { event: "status", data: statusJson(event) };
    case "log":
      if (event.source !== "init") return null;
      return { event: "log", data: JSON.stringify({ service: event.service, lines: event.lines }) };
    case "waiting":
    case "stage":
    case "note":
    case "warning":
    case "check":
    case "data-backup":
    case "cut-over":
    case "drain":
    case "failure":
    case "settled":
      return null;
  }
}

function stackJson(product: string, { message = null, ...stack }: StackProgress): string {
  const { name } = stack;
  return JSON.stringify({ stackName: stackNameOf(product, name), displayName: displayName(name), ...stack, message });
}

function statusJson({ status, reason }: StatusEvent): string {
  return JSON.stringify({ status, reason });
}

async function productOf(store: ReadStore, id: InstallationId): Promise<string> {
  const installed = await store.installations.installedProduct(id);
  if (!installed) throw new Error(`installation ${id} belongs to no product`);
  return installed.product.slug;
}
