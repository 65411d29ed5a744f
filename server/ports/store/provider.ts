import type { Role } from "../../model/access/role.ts";

/** The identity provider that people may sign in at. There is at most one. */
export interface ProviderStore {
  get(): Promise<ProviderSettings | null>;
  /** With the secret, for requests to the provider. */
  client(): Promise<StoredClient | null>;
  set(settings: ProviderSettings & Pick<StoredClient, "clientSecret">): Promise<void>;
  remove(): Promise<void>;
}

export interface ProviderSettings {
  /** The provider's name on the sign-in page: "Acme". */
  readonly label: string;
  /** A URL, as the provider itself writes it. */
  readonly issuer: string;
  readonly clientId: string;
  /** The domains of e-mail addresses that get an account, in lower case. */
  readonly domains: readonly string[];
  /** The role of new users for everything; null makes none. */
  readonly role: Role | null;
}

export interface StoredClient extends Pick<ProviderSettings, "issuer" | "clientId"> {
  readonly clientSecret: string;
}
