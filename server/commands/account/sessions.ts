import type { SessionId, UserId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";

/** Ends one of somebody's sessions, and with it its streams. False when they have no such session. */
export function endSession({ store: { access } }: Uses<"store">, user: UserId, id: SessionId): Promise<boolean> {
  return access.closeSessionOf(user, id);
}

/** Ends all of somebody's sessions but one. Resolves with their number. */
export function endOtherSessions({ store: { access } }: Uses<"store">, user: UserId, kept: SessionId): Promise<number> {
  return access.closeOtherSessions(user, kept);
}
