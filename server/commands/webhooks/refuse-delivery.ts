import type { Product } from "../../model/product.ts";
import type { Forge } from "../../ports/forge.ts";
import { shownHeaders } from "../../rules/webhooks/delivery-content.ts";
import type { Uses } from "../adapters.ts";

/** Records a delivery that is not accepted because it is unsigned, too large, too slow or unreadable. */
export async function refuseDelivery(
  { store, clock }: Uses<"store" | "clock">,
  forge: Forge,
  product: Product,
  {
    headers,
    reason,
    bodyBytes,
  }: { readonly headers: Headers; readonly reason: string; readonly bodyBytes: number | null },
): Promise<void> {
  const { id: deliveryId, event: name } = forge.identify(headers);
  const refusal = { via: forge.name, deliveryId, name, reason, headers: shownHeaders(headers), bodyBytes };
  await store.deliveries.refuse(product.id, refusal, clock.now());
}
