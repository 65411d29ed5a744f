import type { Uses } from "../adapters.ts";

export function signOut({ store }: Uses<"store">, sessionSecret: string): Promise<void> {
  return store.access.closeSession(sessionSecret);
}
