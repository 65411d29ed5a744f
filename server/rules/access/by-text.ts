import type { Principal } from "../../model/access/principal.ts";

/** Who asked for a deployment, as it is shown with it for good: "Ada", or "Ada (token ci)" when a program acted for her. */
export function byText({ name, userId, token }: Pick<Principal, "name" | "userId" | "token">): string {
  return userId === null || token === null ? name : `${name} (token ${token.name})`;
}
