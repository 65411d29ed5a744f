/** How a product's code is fetched from its repository, and what is reported to the forge. */
export interface Source {
  /** The folder of the repository that contains the product; empty for the whole repository. */
  readonly rootDirectory: string;
  /** Only pushes that change a file matching one of these patterns are deployed; if there are none, every push is. */
  readonly paths: readonly string[];
  /** How often Baton polls the branch for changes; null means never. */
  readonly pollMinutes: number | null;
  readonly polledAt: Date | null;
  /** Whether there is a token; it is never shown again. */
  readonly hasToken: boolean;
  /** The line to add to the repository's deploy keys; null when no key was created. */
  readonly deployKey: string | null;
  /** The key that the ssh host presented at the first fetch: `SHA256:…`; null before that. */
  readonly hostKey: string | null;
  readonly hasWebhookSecret: boolean;
  /** When the last ping with a valid signature arrived. */
  readonly pingedAt: Date | null;
  readonly reports: {
    readonly status: boolean;
    readonly deployment: boolean;
    readonly comment: boolean;
  };
}

/** The source of a product for which nothing was ever set. */
export const plainSource: Source = {
  rootDirectory: "",
  paths: [],
  pollMinutes: null,
  polledAt: null,
  hasToken: false,
  deployKey: null,
  hostKey: null,
  hasWebhookSecret: false,
  pingedAt: null,
  reports: { status: true, deployment: true, comment: true },
};
