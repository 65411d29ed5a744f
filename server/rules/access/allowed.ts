import { type Permission, permissions } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { Product } from "../../model/product.ts";
import { allows, askedFor, permissionRules } from "./permissions.ts";

/** What somebody may do with a product. */
export function allowedIn(who: Principal, product: Pick<Product, "id" | "hidesLogs">): readonly Permission[] {
  return permissions.filter(
    (one) => permissionRules[one].about === "product" && allows(who, askedFor(one, product), product.id),
  );
}

/** What somebody may do that is about no single product. */
export function allowedEverywhere(who: Principal): readonly Permission[] {
  return permissions.filter((one) => permissionRules[one].about !== "product" && allows(who, one, null));
}
