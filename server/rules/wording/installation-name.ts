import type { InstalledProduct } from "../../model/product.ts";

/** "shop", or "shop in staging". */
export function installationName({ product, environment }: Pick<InstalledProduct, "product" | "environment">): string {
  return inEnvironment(product.slug, environment.name);
}

export function inEnvironment(product: string, environment: string): string {
  return environment === "production" ? product : `${product} in ${environment}`;
}
