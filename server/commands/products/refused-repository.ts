import { readRepositoryUrl } from "../../rules/webhooks/repository-url.ts";
import { type Refused, refused } from "../refused.ts";

/** Null if the URL may be a product's repository. */
export function refusedRepository(url: string, rules: { readonly allowPrivate: boolean }): Refused | null {
  const remote = readRepositoryUrl(url, rules);
  return "refused" in remote ? refused("invalid", `repository: ${remote.refused}`) : null;
}
