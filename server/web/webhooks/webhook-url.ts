import type { Product } from "../../model/product.ts";
import { routes } from "../../routes.ts";
import type { WebAdapters } from "../adapters.ts";

/** The URL to paste into the forge. It names the forge that hosts the repository, if that is known. */
export function webhookUrl({ forges, publicUrl }: Pick<WebAdapters, "forges" | "publicUrl">, product: Product): string {
  const home = forges.find((forge) => product.repository !== null && forge.isHomeOf(product.repository)) ?? forges[0];
  return new URL(routes.webhook(home?.name ?? "github", product.slug), publicUrl).href;
}
