import type { UserId } from "../../model/names/ids.ts";
import { refusedEmail, refusedName } from "../../rules/sign-in/refused-person.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

export async function changeProfile(
  { store: { users } }: Uses<"store">,
  id: UserId,
  { name, email }: { readonly name: string; readonly email: string },
): Promise<{ readonly type: "changed" } | Refused> {
  const wanted = { name: name.trim(), email: email.trim() };
  const why = refusedName(wanted.name) ?? refusedEmail(wanted.email);
  if (why !== null) return refused("invalid", why);
  const outcome = await users.rename(id, wanted);
  return outcome === "changed" ? { type: "changed" } : refused("conflict", `somebody else has ${wanted.email}`);
}
