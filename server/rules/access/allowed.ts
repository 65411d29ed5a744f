import { type Permission, permissions } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { ProductId } from "../../model/names/ids.ts";
import { allows, permissionRules } from "./permissions.ts";

/** What somebody may do with a product: the buttons that a page offers them. */
export function allowedIn(who: Principal, product: ProductId): readonly Permission[] {
  return permissions.filter((one) => permissionRules[one].about === "product" && allows(who, one, product));
}

/** What somebody may do that is about no single product. */
export function allowedEverywhere(who: Principal): readonly Permission[] {
  return permissions.filter((one) => permissionRules[one].about !== "product" && allows(who, one, null));
}
