import type { Product } from "../../model/product.ts";
import type { Recorded } from "../../ports/store/deliveries.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { recordDeliveries } from "./record-deliveries.ts";

/** Judges an earlier delivery again, as if it had just arrived. */
export async function redeliver(
  adapters: Uses<"store" | "clock" | "wakeQueue">,
  product: Product,
  id: number,
  by: string,
): Promise<Recorded | Refused> {
  const entry = await adapters.store.deliveries.get(product.id, id);
  if (!entry) return refused("not_found", `there is no delivery ${id}`);
  if (entry.outcome === "refused") return refused("conflict", "it was refused, so it can't be processed again");
  if (!entry.event) return refused("conflict", "its content is no longer kept: use “Check now” instead");
  const { via, name, event } = entry;
  const again = { via, name, event, by, again: id, deliveryId: null, content: null, quiet: false };
  const [recorded] = await recordDeliveries(adapters, product.id, [again]);
  if (!recorded) throw new Error("a delivery was recorded, but not returned");
  return recorded;
}
