import type { ProductId } from "../../model/names/ids.ts";
import type { Source } from "../../model/source.ts";

/** Where the code of products is fetched from, and the secrets for that. Every method is one transaction. */
export interface SourceStore {
  /** Resolves with `plainSource` when nothing was ever set; `ProductStore.update` sets it. */
  get(product: ProductId): Promise<Source>;

  /** Decrypted; only for fetching and reporting. */
  credentials(product: ProductId): Promise<SourceCredentials>;
  /** Null when none was created, so that no delivery can be genuine. */
  webhookSecret(product: ProductId): Promise<string | null>;
  setWebhookSecret(product: ProductId, secret: string): Promise<void>;
  setDeployKey(product: ProductId, key: DeployKey | null): Promise<void>;

  /** Remembers the key that an ssh host presented first; an existing one stays. */
  rememberHostKey(product: ProductId, hostKey: string): Promise<void>;
  recordPing(product: ProductId, at: Date): Promise<void>;
  /** Resolves with the products whose repository is due for polling, and marks them as polled. */
  takeDuePolls(now: Date): Promise<readonly ProductId[]>;
}

export interface SourceChanges extends Partial<Pick<Source, "rootDirectory" | "paths" | "pollMinutes" | "reports">> {
  /** Null removes it. */
  readonly token?: string | null;
  /** Null forgets the key, and the next fetch trusts the host's key again. */
  readonly hostKey?: null;
  readonly pingedAt?: null;
}

export interface SourceCredentials {
  readonly token: string | null;
  /** In OpenSSH's format. */
  readonly privateKey: string | null;
  readonly hostKey: string | null;
}

export interface DeployKey {
  readonly publicKey: string;
  readonly privateKey: string;
}
