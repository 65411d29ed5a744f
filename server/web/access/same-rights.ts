import type { Principal } from "../../model/access/principal.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";

/** A stream shows what its reader may see, so it ends when that changes. `now` is null when the credential is gone. */
export function hasSameRights(before: Principal, now: Principal | null): boolean {
  return now !== null && rightsOf(before) === rightsOf(now);
}

/** Whether a token is still valid and has the rights that it had. */
export async function holdsToken(
  { store, clock }: { readonly store: Pick<ReadStore, "access">; readonly clock: Clock },
  token: string,
  before: Principal,
): Promise<boolean> {
  const found = await store.access.identify(token, clock.now());
  return found.type === "known" && hasSameRights(before, found.principal);
}

function rightsOf({ userId, grants, scopes, productIds }: Principal): string {
  return JSON.stringify([userId, grants, scopes, productIds]);
}
