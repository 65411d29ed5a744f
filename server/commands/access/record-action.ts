import type { NewAuditEntry } from "../../ports/store/access.ts";
import type { Uses } from "../adapters.ts";

/** Writes an action to the audit log. Never rejects, because the action has already happened. */
export async function recordAction(
  { store, clock, log }: Uses<"store" | "clock" | "log">,
  action: NewAuditEntry,
): Promise<void> {
  const { who, what, subject } = action;
  await store.audit.record(action, clock.now()).catch((error: unknown) => {
    log.error({ err: error, who, what, subject }, "an action is missing from the audit log");
  });
}
