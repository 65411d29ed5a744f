import type { Product } from "../../model/product.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Uses } from "../adapters.ts";
import { whyForeign } from "./why-foreign.ts";

/** Says in a sentence why a delivery cannot be genuine, whatever its body is; null if the body must be read. */
export async function whyUnread(
  { store }: Uses<"store">,
  forge: Forge,
  product: Product,
  headers: Headers,
): Promise<string | null> {
  const fault = forge.signatureFault(headers);
  if (fault === null) return null;
  return whyForeign((await store.sources.webhookSecret(product.id)) === null ? null : fault);
}
