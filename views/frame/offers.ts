import type { Endpoint } from "../../server/route.ts";
import type { Reader } from "./frame.ts";

/** Whether somebody may use what a link leads to or a form sends to. What they may not use, they are not shown. */
export function offers({ allowed }: Pick<Reader, "allowed">, { permission }: Pick<Endpoint, "permission">): boolean {
  return permission === null || allowed.includes(permission);
}
