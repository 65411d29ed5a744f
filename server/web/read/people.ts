import type { Role } from "../../model/access/role.ts";
import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { rightsOf, rightsText } from "../../rules/access/person-rights.ts";
import { changeText } from "../../rules/wording/change-text.ts";
import { noteDetail, noteSubject } from "../http/audit.ts";
import { notFound } from "../http/problem.ts";
import type { WebContext } from "../http/web-context.ts";

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

/** What is different about somebody now, for the activity log: "role: viewer → deployer of shop". */
export async function personChangeText(store: ReadStore, before: User): Promise<string> {
  const [after, products] = await Promise.all([store.users.get(before.id), store.products.list()]);
  const slugs = new Map(products.map(({ id, slug }) => [id, slug as string]));
  const told = ({ name, email, grants, disabledAt }: User) => ({
    name,
    "e-mail": email,
    role: rightsText(grants, slugs),
    "can sign in": disabledAt === null ? "yes" : "no",
  });
  return after ? changeText(told(before), told(after)) : "";
}

/** Notes for the activity log whom an action was about, and what is different about them. */
export async function notePerson(c: WebContext, store: ReadStore, before: User): Promise<void> {
  noteSubject(c, before.name);
  noteDetail(c, await personChangeText(store, before));
}
