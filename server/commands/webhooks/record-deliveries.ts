import type { ProductId } from "../../model/names/ids.ts";
import type { NewDelivery, Recorded } from "../../ports/store/deliveries.ts";
import { judgeDelivery } from "../../rules/webhooks/webhook-verdict.ts";
import type { Uses } from "../adapters.ts";

/** Judges genuine deliveries and stores them together with the deployments that they queue. */
export async function recordDeliveries(
  { store, clock, wakeQueue }: Uses<"store" | "clock" | "wakeQueue">,
  product: ProductId,
  deliveries: readonly NewDelivery[],
): Promise<readonly Recorded[]> {
  if (deliveries.length === 0) return [];
  const recorded = await store.deliveries.record(product, deliveries, judgeDelivery, clock.now());
  if (recorded.some(({ outcome }) => outcome === "deployed")) wakeQueue();
  return recorded;
}
