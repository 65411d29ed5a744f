import type { Uses } from "../adapters.ts";
import { newToken } from "../tokens/new-token.ts";

const name = "administrator";

/**
 * Sets the first API token: the configured one, or one that is generated on the first start. Returns a generated token,
 * which must be shown now or never.
 */
export async function admitAdministrator(
  { store: { access } }: Uses<"store">,
  configured: string | null,
): Promise<string | null> {
  if (configured !== null) {
    await access.setAdminToken(name, configured);
    return null;
  }
  if (await access.hasToken()) return null;
  const { token } = newToken();
  return (await access.addFirstToken(name, token)) ? token : null;
}
