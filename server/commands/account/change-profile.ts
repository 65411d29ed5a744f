import type { UserId } from "../../model/names/ids.ts";
import { refusedEmail, refusedName } from "../../rules/sign-in/refused-person.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyNotOwner } from "./own-password.ts";

/** Another e-mail address asks for the password: links for a new password are sent to it. */
export async function changeProfile(
  adapters: Uses<"store" | "passwords">,
  id: UserId,
  { name, email, current }: { readonly name: string; readonly email: string; readonly current: string },
): Promise<{ readonly type: "changed" } | Refused> {
  const wanted = { name: name.trim(), email: email.trim() };
  const why = refusedName(wanted.name) ?? refusedEmail(wanted.email);
  if (why !== null) return refused("invalid", why);
  const { users } = adapters.store;
  const isMoving = (await users.get(id))?.email !== wanted.email;
  const notOwner = isMoving ? await whyNotOwner(adapters, id, current) : null;
  if (notOwner) return notOwner;
  const outcome = await users.rename(id, wanted);
  return outcome === "changed" ? { type: "changed" } : refused("conflict", `somebody else has ${wanted.email}`);
}
