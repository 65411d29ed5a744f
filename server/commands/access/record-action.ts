import type { NewAuditEntry } from "../../ports/store/store.ts";
import type { Uses } from "../adapters.ts";

/** Writes what somebody did to the audit log. Never rejects: what was done is done. */
export async function recordAction(
  { store, clock, log }: Uses<"store" | "clock" | "log">,
  action: NewAuditEntry,
): Promise<void> {
  const { who, what, subject } = action;
  await store.audit.record(action, clock.now()).catch((error: unknown) => {
    log.error({ err: error, who, what, subject }, "the audit log has a gap");
  });
}
