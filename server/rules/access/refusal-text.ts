import type { Permission } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { ProductId } from "../../model/names/ids.ts";
import { type Missing, permissionRules, roleIn, whyNot } from "./permissions.ts";

/** A product as far as a refusal needs to know it. */
export interface NamedProduct {
  readonly id: ProductId;
  readonly slug: string;
}

/**
 * Says which right is missing, for which product, and who can give it: the same words for a page, the API, a push and a
 * clone. Null when nothing is missing. `administrators` are names; there are none on a server that only has tokens.
 */
export function refusalText(
  who: Principal,
  permission: Permission,
  product: NamedProduct | null,
  administrators: readonly string[],
): string | null {
  const missing = whyNot(who, permission, product?.id ?? null);
  return missing && `${subjectOf(who, missing)} may not ${actionOf(permission, product)}: ${reasonOf()}`;

  function reasonOf(): string {
    const { about, role, scopes } = permissionRules[permission];
    switch (missing) {
      case "role": {
        const own = roleIn(who, about === "server" ? null : (product?.id ?? null));
        const where = about === "server" ? "everything" : "it";
        const has = own === null ? "you have none" : `yours is ${own}`;
        return `that takes the role ${role} for ${where}, and ${has}. ${giversText(administrators)} can give it to you.`;
      }
      case "scope":
        return `that takes the scope ${oneOf(scopes)}. Create a token that has it.`;
      case "product":
        return about === "server"
          ? "it is limited to some products. Create a token for all products."
          : "it is limited to other products. Create a token for this one.";
      case null:
        return "";
    }
  }
}

/** "you", or the token that is too weak. */
function subjectOf({ token }: Principal, missing: Missing): string {
  return missing === "role" || token === null ? "you" : `the token "${token.name}"`;
}

/** "deploy shop": the words after "may not". */
export function actionOf(permission: Permission, product: Pick<NamedProduct, "slug"> | null): string {
  const { about, words } = permissionRules[permission];
  return about === "product" && product ? `${words} ${product.slug}` : words;
}

function giversText(names: readonly string[]): string {
  if (names.length === 0) return "An administrator";
  const shown = names.slice(0, 3);
  const others = names.length > shown.length ? ["another administrator"] : [];
  return oneOf([...shown, ...others]);
}

function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length <= 1 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
