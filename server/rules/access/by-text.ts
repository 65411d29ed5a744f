import type { Principal } from "../../model/access/principal.ts";

/** Who asked for a deployment, as it is shown with it for good: "Ada", or "Ada (token ci)" when a program acted for her. */
export function byText({ name, userId, token }: Pick<Principal, "name" | "userId" | "token">): string {
  return userId === null || token === null ? name : `${name} (token ${token.name})`;
}

/** Who acted, for the activity log. The server's own token has no person behind it, so it is named once. */
export function actorOf({ name, userId, token }: Pick<Principal, "name" | "userId" | "token">) {
  return { who: name, token: userId === null || token === null ? null : token.name };
}
