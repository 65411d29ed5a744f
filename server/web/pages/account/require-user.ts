import type { UserId } from "../../../model/names/ids.ts";
import { Problem } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";

/** The person who is signed in. Throws a Problem (404) for the server's own token, which is nobody's. */
export function requireUser(c: WebContext): UserId {
  const { userId } = visitorOf(c).identity;
  if (userId !== null) return userId;
  throw new Problem(
    404,
    "not_found",
    "you are signed in with the server’s own token, which has no account: invite yourself on the People page, or run npm run admin -- link on the server",
  );
}
