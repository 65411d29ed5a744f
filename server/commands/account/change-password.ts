import type { UserId } from "../../model/names/ids.ts";
import { refusedPassword } from "../../rules/sign-in/refused-password.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyNotOwner } from "./own-password.ts";

/** Changes one's own password and ends all one's sessions: the caller opens a new one. */
export async function changePassword(
  adapters: Uses<"store" | "passwords">,
  id: UserId,
  { current, password }: { readonly current: string; readonly password: string },
): Promise<{ readonly type: "changed" } | Refused> {
  const why = refusedPassword(password);
  if (why !== null) return refused("invalid", why);
  const notOwner = await whyNotOwner(adapters, id, current);
  if (notOwner) return notOwner;
  const { store, passwords } = adapters;
  await store.users.setPassword(id, await passwords.hash(password));
  await store.access.closeOtherSessions(id, null);
  return { type: "changed" };
}
