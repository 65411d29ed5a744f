import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "./names/ids.ts";

/** A place to run products in. `production` exists from the start and has the id that the first migration gave it. */
export interface Environment {
  readonly id: EnvironmentId;
  readonly name: string;
  /** The domain below which apps are served; null means the server's own (BATON_DOMAIN). */
  readonly domain: string | null;
  /** The branch that new installations track by default; null lets the first push decide. */
  readonly branch: string | null;
}

/**
 * `wait`: a push returns when the watch window is over. `background`: it returns as soon as the new version is live.
 */
export const pushWatches = ["wait", "background"] as const;
export type PushWatch = (typeof pushWatches)[number];

/** What a team ships: one Git source. URLs, hosts and `git push` name it by its slug. */
export interface Product {
  readonly id: ProductId;
  readonly slug: Slug;
  /** The URL that the source is fetched from; null when it is pushed here. */
  readonly repository: string | null;
  /** Whether its pushes wait for the watch window, unless `-o watch=…` overrides it. */
  readonly watch: PushWatch;
  /** Whether viewers may not read what its services print. */
  readonly hidesLogs: boolean;
  readonly createdAt: Date;
}

/** A product in an environment. The REST API calls it a product deployment. */
export interface Installation {
  readonly id: InstallationId;
  readonly productId: ProductId;
  readonly environmentId: EnvironmentId;
  /** The branch whose pushes deploy; null until the first push decides between `main` and `master`. */
  readonly branch: string | null;
  /** The deployment that should be serving. Null when none has been live yet, or it was stopped by hand. */
  readonly liveDeploymentId: DeploymentId | null;
  /** Whether it was stopped by hand: nothing runs, and the address answers 503 until the next deployment. */
  readonly stopped: boolean;
}

/** An installation with its product and its environment. */
export interface InstalledProduct {
  readonly installation: Installation;
  readonly product: Product;
  readonly environment: Environment;
}

declare const slugBrand: unique symbol;

/**
 * 1 to 40 characters: lower-case letters, digits and single hyphens inside; starts with a letter. A slug is always a
 * valid DNS label.
 */
export type Slug = string & { readonly [slugBrand]: true };

const slugPattern = /^[a-z](?:-?[a-z0-9])*$/;

export const slugRule =
  "1 to 40 characters (lower-case letters, digits and single hyphens between them), starting with a letter";

export function parseSlug(text: string): Slug | null {
  return text.length <= 40 && slugPattern.test(text) ? (text as Slug) : null;
}

/** Limited so that `<product>-<environment>` fits into one DNS label for every product. */
export function isEnvironmentName(text: string): boolean {
  return text.length <= 22 && slugPattern.test(text);
}

export const environmentNameRule =
  "1 to 22 characters (lower-case letters, digits and single hyphens between them), starting with a letter";
