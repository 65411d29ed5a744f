import type { Product } from "../model/product.ts";
import { FetchFailed, type RemoteRequest } from "../ports/git.ts";
import type { Store } from "../ports/store/store.ts";
import { readRepositoryUrl, withoutCredentials } from "../rules/webhooks/repository-url.ts";

/**
 * Gives `work` everything that is needed to reach a product's repository. The key that an SSH host shows the first time
 * is stored, and no other key is accepted afterwards. Rejects with FetchFailed if the URL must not be fetched.
 */
export async function withRemote<T>(
  { store, allowPrivateRepositories }: { readonly store: Store; readonly allowPrivateRepositories: boolean },
  product: Product,
  work: (request: RemoteRequest) => Promise<T>,
): Promise<T> {
  const remote = readRepositoryUrl(product.repository ?? "", { allowPrivate: allowPrivateRepositories });
  if ("refused" in remote) {
    const url = withoutCredentials(product.repository ?? "");
    throw new FetchFailed("refused-address", `${url}: ${remote.refused}`, null);
  }
  const { token, privateKey, hostKey } = await store.sources.credentials(product.id);
  let seen: string | null = null;
  const result = await work({
    ...{ remote, token, privateKey, hostKey },
    onHostKey(key) {
      seen = key;
    },
  });
  if (seen !== null) await store.sources.rememberHostKey(product.id, seen);
  return result;
}
