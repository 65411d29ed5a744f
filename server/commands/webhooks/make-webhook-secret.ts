import { randomBytes } from "node:crypto";
import type { Product } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";

const secretBytes = 32;

/** Returns the secret only this once. The former one is no longer valid. */
export async function makeWebhookSecret({ store }: Uses<"store">, product: Product): Promise<string> {
  const secret = randomBytes(secretBytes).toString("hex");
  await store.sources.setWebhookSecret(product.id, secret);
  return secret;
}
