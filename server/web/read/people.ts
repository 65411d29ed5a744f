import type { Role } from "../../model/access/role.ts";
import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { rightsOf } from "../../rules/access/person-rights.ts";
import { notFound } from "../http/problem.ts";

/** A person with the names of the products that their role is for. */
export interface ListedPerson {
  readonly user: User;
  readonly role: Role | null;
  /** Null: everything. */
  readonly products: readonly string[] | null;
}

export async function peopleOf(store: ReadStore): Promise<readonly ListedPerson[]> {
  const [users, products] = await Promise.all([store.users.list(), store.products.list()]);
  const slugs = new Map(products.map(({ id, slug }) => [id, slug as string]));
  return users.map((user) => {
    const rights = rightsOf(user.grants);
    const named = rights?.productIds?.flatMap((id) => slugs.get(id) ?? []).sort() ?? null;
    return { user, role: rights?.role ?? null, products: rights === null ? [] : named };
  });
}

/** Throws a Problem (404) when there is nobody with this id. */
export async function personOf(store: ReadStore, id: number): Promise<User> {
  const user = Number.isSafeInteger(id) ? await store.users.get(id as UserId) : null;
  if (!user) throw notFound(`user ${id}`);
  return user;
}
