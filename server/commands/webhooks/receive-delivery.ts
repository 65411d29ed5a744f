import { createHash } from "node:crypto";
import type { ProductId } from "../../model/names/ids.ts";
import type { Product } from "../../model/product.ts";
import { type Forge, UnreadableDelivery } from "../../ports/forge.ts";
import type { DeliveryContent, NewDelivery, Recorded, SourceEvent } from "../../ports/store/deliveries.ts";
import { shownBody, shownHeaders } from "../../rules/webhooks/delivery-content.ts";
import type { Uses } from "../adapters.ts";
import { createBatches } from "./batches.ts";
import { recordDeliveries } from "./record-deliveries.ts";
import { refuseDelivery } from "./refuse-delivery.ts";
import { whyForeign } from "./why-foreign.ts";

/** A delivery as it arrived. */
export interface RawDelivery {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export type Received =
  /** The delivery does not provably come from the forge. */
  | { readonly type: "foreign"; readonly message: string }
  | ({ readonly type: "judged" } & Pick<Recorded, "outcome" | "verdict" | "deployments">);

/**
 * Resolves when the delivery is stored, so that a deployment that was confirmed is not lost. `unheard` means that the
 * sender was refused too often lately: further deliveries that are not genuine are not recorded.
 */
export type ReceiveDelivery = (
  forge: Forge,
  product: Product,
  delivery: RawDelivery & { readonly unheard: boolean },
) => Promise<Received>;

type Adapters = Uses<"store" | "clock" | "wakeQueue">;

/** Limits the memory of a batch. A batch takes only a few statements, whatever its size. */
const maxBatch = 200;

interface Arrival extends RawDelivery {
  readonly forge: Forge;
}

/** Either rejected, or recorded as a delivery. */
type Judged = { readonly foreign: string } | { readonly unreadable: string } | { readonly recorded: Recorded };

/**
 * Turns a forge's deliveries into queued deployments, and records every delivery whatever its result. Deliveries that
 * arrive during a write are judged together.
 */
export function createReceiveDelivery(adapters: Adapters): ReceiveDelivery {
  const judge = createBatches<ProductId, Arrival, Judged>((product, arrivals) => {
    return judgeAll(adapters, product, arrivals);
  }, maxBatch);

  return async (forge, product, { unheard, ...delivery }) => {
    const judged = await judge(product.id, { forge, ...delivery });
    if ("recorded" in judged) return { type: "judged", ...judged.recorded };
    if ("foreign" in judged && unheard) return { type: "foreign", message: judged.foreign };
    const reason = "foreign" in judged ? judged.foreign : judged.unreadable;
    const { headers, body } = delivery;
    await refuseDelivery(adapters, forge, product, { headers, reason, bodyBytes: body.length });
    return "foreign" in judged
      ? { type: "foreign", message: reason }
      : { type: "judged", outcome: "refused", verdict: reason, deployments: [] };
  };
}

async function judgeAll(
  adapters: Adapters,
  product: ProductId,
  arrivals: readonly Arrival[],
): Promise<readonly Judged[]> {
  const { store, clock } = adapters;
  const secret = await store.sources.webhookSecret(product);
  const seen = arrivals.map((arrival) => examine(arrival, secret));
  const genuine = seen.flatMap((one) => ("genuine" in one ? [one.genuine] : []));
  const recorded = await recordDeliveries(adapters, product, genuine);
  if (recorded.some(({ outcome }) => outcome === "pong")) await store.sources.recordPing(product, clock.now());
  const left = [...recorded];
  return seen.map((one) => ("genuine" in one ? { recorded: left.shift() as Recorded } : one));
}

/** Checks the signature first, over the bytes as they arrived. Only genuine deliveries are parsed. */
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
