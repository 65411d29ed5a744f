import type { Link } from "../../model/access/link.ts";
import { grantsOf, type PersonRights, rightsFault } from "../../rules/access/person-rights.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

const invitationHours = 72;

/** Makes a link that makes one person with these rights. `secret` must be shown now or never. */
export async function invite(
  { store, clock }: Uses<"store" | "clock">,
  by: string,
  { email, rights }: { readonly email: string | null; readonly rights: PersonRights },
): Promise<{ readonly type: "invited"; readonly link: Link; readonly secret: string } | Refused> {
  const fault = rightsFault(rights);
  if (fault !== null) return refused("invalid", fault);
  if (email !== null && (await store.users.byEmail(email))) {
    return refused("conflict", `somebody with the address ${email} can sign in already`);
  }
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + invitationHours * 60 * 60 * 1000);
  const invitation = { kind: "invitation", email, grants: grantsOf(rights), userId: null, createdBy: by } as const;
  return { type: "invited", ...(await store.links.create({ ...invitation, expiresAt }, now)) };
}

/** Takes an invitation back. False when it is unknown or was used. */
export function withdrawInvitation({ store }: Uses<"store">, { id }: Pick<Link, "id">): Promise<boolean> {
  return store.links.remove(id);
}
