import { randomBytes } from "node:crypto";
import { formatToken, tokenIdBytes, tokenSecretBytes } from "../../rules/access/token-format.ts";

export function newToken(): { readonly token: string; readonly hint: string } {
  return formatToken(randomBytes(tokenIdBytes), randomBytes(tokenSecretBytes));
}
