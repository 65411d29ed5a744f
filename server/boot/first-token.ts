import { randomBytes } from "node:crypto";
import type { AccessStore } from "../ports/store/store.ts";

const name = "administrator";

/** The first API token: the configured one, or one that is made on the first start. Resolves with the latter, to be shown once. */
export async function admitAdministrator(access: AccessStore, configured: string | null): Promise<string | null> {
  if (configured !== null) {
    await access.setAdminToken(name, configured);
    return null;
  }
  if (await access.hasToken()) return null;
  const token = newToken();
  return (await access.addFirstToken(name, token)) ? token : null;
}

/** 256 random bits behind a prefix that secret scanners can look for. */
function newToken(): string {
  return `baton_${randomBytes(32).toString("base64url")}`;
}
