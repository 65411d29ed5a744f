import type { Role } from "../../model/access/role.ts";
import type { Grant, User } from "../../model/access/user.ts";
import type { ProductId } from "../../model/names/ids.ts";
import { roleIn } from "./permissions.ts";

/** A person's rights as forms and the API name them: one role, for everything (null) or for some products. */
export interface PersonRights {
  readonly role: Role;
  readonly productIds: readonly ProductId[] | null;
}

export function grantsOf({ role, productIds }: PersonRights): readonly Grant[] {
  if (productIds === null) return [{ role, productId: null }];
  return [...new Set(productIds)].map((productId) => ({ role, productId }));
}

/** The highest role of somebody, and what they have any role for. Null for somebody without a role. */
export function rightsOf(grants: readonly Grant[]): PersonRights | null {
  const everywhere = roleIn({ grants }, null);
  if (everywhere !== null) return { role: everywhere, productIds: null };
  const highest = roleIn({ grants: grants.map(({ role }) => ({ role, productId: null })) }, null);
  return highest && { role: highest, productIds: grants.flatMap(({ productId }) => productId ?? []) };
}

/** Whether nobody else could let people in if this one could not. They cannot be disabled, removed or given less. */
export function isOnlyAdministrator(people: readonly User[], { id }: Pick<User, "id">): boolean {
  const administrators = people.filter(
    ({ disabledAt, grants }) =>
      disabledAt === null && grants.some(({ role, productId }) => role === "admin" && productId === null),
  );
  return administrators.length === 1 && administrators[0]?.id === id;
}

/** Why these rights cannot be given; null when they can. */
export function rightsFault({ role, productIds }: PersonRights): string | null {
  if (productIds === null) return null;
  if (role === "admin") return 'the role "admin" is for everything: leave the products out';
  return productIds.length === 0 ? "name at least one product, or leave the products out for all of them" : null;
}

/** "viewer of shop, blog", for the activity log. */
export function rightsText(grants: readonly Grant[], slugs: ReadonlyMap<ProductId, string>): string {
  const rights = rightsOf(grants);
  if (!rights) return "no role";
  return rights.productIds === null
    ? rights.role
    : `${rights.role} of ${rights.productIds.map((id) => slugs.get(id) ?? "a removed product").join(", ")}`;
}
