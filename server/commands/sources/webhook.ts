import { createHash } from "node:crypto";
import type { ProductId } from "../../model/names/ids.ts";
import type { Product } from "../../model/product.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Forge, UnreadableDelivery } from "../../ports/forge.ts";
import type { DeliveryContent, NewDelivery, Recorded, SourceEvent } from "../../ports/store/deliveries.ts";
import type { Store } from "../../ports/store/store.ts";
import { shownBody, shownHeaders } from "../../rules/webhooks/delivery-content.ts";
import { judgeDelivery } from "../../rules/webhooks/webhook-verdict.ts";
import { type Refused, refused } from "../refused.ts";
import { createBatches } from "./batches.ts";

/** A delivery as it came. */
export interface RawDelivery {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export type Received =
  /** Not from the forge, as far as anybody can tell. */
  | { readonly type: "foreign"; readonly message: string }
  | ({ readonly type: "judged" } & Pick<Recorded, "outcome" | "verdict" | "deployments">);

/** A forge's delivery becomes queued deployments, and a line in the ledger whatever comes of it. */
export interface WebhookTrigger {
  /**
   * Resolves when it is written down: what was answered with a deployment is not lost. `unheard`: the sender was
   * refused too often lately, so that a further delivery that is not from the forge gets no line in the ledger.
   */
  receive(forge: Forge, product: Product, delivery: RawDelivery & { readonly unheard: boolean }): Promise<Received>;
  /** Why a delivery cannot be genuine, whatever its body is, as a sentence; null: it is to be read. */
  whyUnread(forge: Forge, product: Product, headers: Headers): Promise<string | null>;
  /** For what is turned away before it is read: not signed, too large, too slow. */
  turnAway(
    forge: Forge,
    product: Product,
    delivery: { readonly headers: Headers; readonly reason: string; readonly bodyBytes: number | null },
  ): Promise<void>;
  /** Judges an earlier delivery once more, as if it had just come. */
  redeliver(product: Product, id: number, by: string): Promise<Recorded | Refused>;
}

/** A batch is a few statements, whatever is in it; this bounds what they hold. */
const maxBatch = 200;

interface Arrival extends RawDelivery {
  readonly forge: Forge;
}

/** Turned away, or in the ledger. */
type Judged = { readonly foreign: string } | { readonly unreadable: string } | { readonly recorded: Recorded };

export function createWebhookTrigger(needs: {
  readonly store: Store;
  readonly clock: Clock;
  readonly wakeQueue: () => void;
}): WebhookTrigger {
  const { store, clock, wakeQueue } = needs;
  const judge = createBatches<ProductId, Arrival, Judged>(judgeAll, maxBatch);

  const turnAway: WebhookTrigger["turnAway"] = (forge, product, { headers, reason, bodyBytes }) => {
    const { id: deliveryId, event: name } = forge.identify(headers);
    const refusal = { via: forge.name, deliveryId, name, reason, headers: shownHeaders(headers), bodyBytes };
    return store.deliveries.refuse(product.id, refusal, clock.now());
  };

  return {
    turnAway,

    async whyUnread(forge, product, headers) {
      const fault = forge.signatureFault(headers);
      if (fault === null) return null;
      return whyForeign((await store.sources.webhookSecret(product.id)) === null ? null : fault);
    },

    async receive(forge, product, { unheard, ...delivery }) {
      const judged = await judge(product.id, { forge, ...delivery });
      if ("recorded" in judged) return { type: "judged", ...judged.recorded };
      if ("foreign" in judged && unheard) return { type: "foreign", message: judged.foreign };
      const reason = "foreign" in judged ? judged.foreign : judged.unreadable;
      await turnAway(forge, product, { headers: delivery.headers, reason, bodyBytes: delivery.body.length });
      return "foreign" in judged
        ? { type: "foreign", message: reason }
        : { type: "judged", outcome: "refused", verdict: reason, deployments: [] };
    },

    async redeliver(product, id, by) {
      const entry = await store.deliveries.get(product.id, id);
      if (!entry) return refused("not_found", `there is no delivery ${id}`);
      if (entry.outcome === "refused") return refused("conflict", "it was refused, so it can't be processed again");
      if (!entry.event) return refused("conflict", "its content is no longer kept: use “Check now” instead");
      const { via, name, event } = entry;
      const again = { via, name, event, by, again: id, deliveryId: null, content: null, quiet: false };
      const [recorded] = await record(product.id, [again]);
      if (!recorded) throw new Error("a delivery was recorded, but not returned");
      return recorded;
    },
  };

  async function judgeAll(product: ProductId, arrivals: readonly Arrival[]): Promise<readonly Judged[]> {
    const secret = await store.sources.webhookSecret(product);
    const seen = arrivals.map((arrival) => examine(arrival, secret));
    const recorded = await record(
      product,
      seen.flatMap((one) => ("genuine" in one ? [one.genuine] : [])),
    );
    if (recorded.some(({ outcome }) => outcome === "pong")) await store.sources.recordPing(product, clock.now());
    const left = [...recorded];
    return seen.map((one) => ("genuine" in one ? { recorded: left.shift() as Recorded } : one));
  }

  async function record(product: ProductId, deliveries: readonly NewDelivery[]): Promise<readonly Recorded[]> {
    if (deliveries.length === 0) return [];
    const recorded = await store.deliveries.record(product, deliveries, judgeDelivery, clock.now());
    if (recorded.some(({ outcome }) => outcome === "deployed")) wakeQueue();
    return recorded;
  }
}

/** The signature first, over the bytes as they came; only what is genuine is read. */
function examine(
  { forge, headers, body }: Arrival,
  secret: string | null,
): Exclude<Judged, { recorded: Recorded }> | { readonly genuine: NewDelivery } {
  const foreign = whyForeign(secret === null ? null : forge.verify(headers, body, secret));
  if (secret === null || foreign !== null) return { foreign: foreign ?? "" };
  const event = readOrNot(forge, headers, body);
  if ("unreadable" in event) return event;
  const { id: deliveryId, event: name } = forge.identify(headers);
  return {
    genuine: {
      ...{ via: forge.name, deliveryId, name, event, again: null, quiet: false },
      by: whoOf(event) ?? forge.title,
      content: contentOf(headers, body, secret),
    },
  };
}

/** Null: the signature is right. It is null itself where there is no secret that it could have been made with. */
function whyForeign(signature: ReturnType<Forge["verify"]> | null): string | null {
  switch (signature) {
    case "genuine":
      return null;
    case "missing":
      return "the delivery is not signed: the webhook has no secret at the forge";
    case "wrong":
      return "the signature is wrong: the webhook has a different secret at the forge";
    case null:
      return "this product has no webhook secret yet: generate one on its Repository tab";
  }
}

function readOrNot(forge: Forge, headers: Headers, body: Uint8Array): SourceEvent | { readonly unreadable: string } {
  try {
    return forge.read(headers, body);
  } catch (error) {
    if (error instanceof UnreadableDelivery) return { unreadable: error.message };
    throw error;
  }
}

function whoOf(event: SourceEvent): string | null {
  return event.type === "push" ? event.by : null;
}

function contentOf(headers: Headers, body: Uint8Array, secret: string): DeliveryContent {
  const text = new TextDecoder().decode(body);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get("content-type") ?? "");
  return {
    headers: shownHeaders(headers),
    body: shownBody((isForm ? new URLSearchParams(text).get("payload") : null) ?? text, [secret]),
    bodyBytes: body.length,
    digest: createHash("sha256").update(body).digest("hex"),
  };
}
