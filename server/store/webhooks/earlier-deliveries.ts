import { and, asc, eq, inArray, or } from "drizzle-orm";
import type { ProductId } from "../../model/names/ids.ts";
import type { DeliveryFacts, NewDelivery } from "../../ports/store/deliveries.ts";
import type { Queries } from "../postgres/database.ts";
import { webhookDeliveries } from "../schema/webhooks.ts";
import { linksOf } from "./delivery-links.ts";

type Earlier = NonNullable<DeliveryFacts["earlier"]>;

/** Finds the earlier delivery with the same id, or else with the same body. */
export interface EarlierDeliveries {
  find(delivery: NewDelivery): Earlier | null;
  add(delivery: NewDelivery, recorded: Earlier): void;
}

/** Reads the first deliveries in the ledger that share an id or a body with one of these. */
export async function readEarlierDeliveries(
  tx: Queries,
  product: ProductId,
  deliveries: readonly NewDelivery[],
): Promise<EarlierDeliveries> {
  const { id, productId, deliveryId, digest, first } = webhookDeliveries;
  const ids = deliveries.flatMap((delivery) => delivery.deliveryId ?? []);
  const digests = deliveries.flatMap(({ content }) => content?.digest ?? []);
  const isSame = or(inArray(deliveryId, ids), inArray(digest, digests));
  const rows = await tx
    .select({ id, deliveryId, digest })
    .from(webhookDeliveries)
    .where(and(eq(productId, product), first, isSame))
    .orderBy(asc(id));
  const links = await linksOf(
    tx,
    rows.map((row) => row.id),
  );

  const byId = new Map<string, Earlier>();
  const byDigest = new Map<string, Earlier>();
  const remember = (own: string | null, body: string | null, recorded: Earlier) => {
    if (own !== null && !byId.has(own)) byId.set(own, recorded);
    if (body !== null && !byDigest.has(body)) byDigest.set(body, recorded);
  };
  for (const row of rows) remember(row.deliveryId, row.digest, { id: row.id, deployments: links.get(row.id) ?? [] });
  return {
    find: ({ deliveryId: own, content }) => byId.get(own ?? "") ?? byDigest.get(content?.digest ?? "") ?? null,
    add: (delivery, recorded) => remember(delivery.deliveryId, delivery.content?.digest ?? null, recorded),
  };
}
