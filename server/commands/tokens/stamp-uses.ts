import type { Use } from "../../ports/store/access.ts";
import type { Uses } from "../adapters.ts";

/** Notes the uses of credentials, in one transaction for many. Never rejects, because nobody waits for it. */
export async function stampUses({ store, log }: Uses<"store" | "log">, uses: readonly Use[]): Promise<void> {
  await store.access.stampUses(uses).catch((error: unknown) => {
    log.warn({ err: error, uses: uses.length }, "the last uses of tokens and sessions could not be noted");
  });
}
