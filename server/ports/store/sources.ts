import type { ProductId } from "../../model/names/ids.ts";
import type { Source } from "../../model/source.ts";

/** Where products' code is fetched from, and the secrets for that. Every method is one transaction. */
export interface SourceStore {
  /** `plainSource` where nothing was ever set; `ProductStore.update` sets it. */
  get(product: ProductId): Promise<Source>;

  /** Decrypted; for fetching and reporting alone. */
  credentials(product: ProductId): Promise<SourceCredentials>;
  /** Null: none was made, so nothing can be genuine. */
  webhookSecret(product: ProductId): Promise<string | null>;
  setWebhookSecret(product: ProductId, secret: string): Promise<void>;
  setDeployKey(product: ProductId, key: DeployKey | null): Promise<void>;

  /** The key by which an ssh host was known first; one that is there already stays. */
  rememberHostKey(product: ProductId, hostKey: string): Promise<void>;
  recordPing(product: ProductId, at: Date): Promise<void>;
  /** Products whose repository is to be looked at now, and marks them looked at. */
  takeDuePolls(now: Date): Promise<readonly ProductId[]>;
}

export interface SourceChanges extends Partial<Pick<Source, "rootDirectory" | "paths" | "pollMinutes" | "reports">> {
  /** Null removes it. */
  readonly token?: string | null;
  /** Forgotten: the next fetch takes the host at its word again. */
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
