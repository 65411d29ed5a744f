/** How a product's code is fetched from its repository, and what is reported to the forge. */
export interface Source {
  /** The folder of the repository that the product is made of; empty: all of it. */
  readonly rootDirectory: string;
  /** Only pushes that change a file that one of these patterns matches are deployed; empty: every push is. */
  readonly paths: readonly string[];
  /** How often Baton polls the branch for changes; null: never. */
  readonly pollMinutes: number | null;
  readonly polledAt: Date | null;
  /** There is a token; nobody gets to see it again. */
  readonly hasToken: boolean;
  /** The line to add to the repository's deploy keys; null: none was made. */
  readonly deployKey: string | null;
  /** The key by which the ssh host was known at the first fetch: `SHA256:…`; null: none yet. */
  readonly hostKey: string | null;
  readonly hasWebhookSecret: boolean;
  /** The last ping that came with the right signature. */
  readonly pingedAt: Date | null;
  readonly reports: {
    readonly status: boolean;
    readonly deployment: boolean;
    readonly comment: boolean;
  };
}

/** What a product has for which nothing was ever set. */
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
