import type { Deployment } from "../../model/deployment/deployment.ts";
import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type { Environment, Installation, InstalledProduct, Product, PushWatch, Slug } from "../../model/product.ts";
import type { Scaling } from "../../model/scaling.ts";
import type { ServiceSettings } from "../../model/service-settings.ts";
import type { VariableEntry } from "../../model/values/variable.ts";
import type { RefuseVariables, VariableScope } from "../../model/values/variable-scope.ts";
import type { SourceChanges } from "./sources.ts";

export interface EnvironmentStore {
  list(): Promise<readonly Environment[]>;
  get(id: EnvironmentId): Promise<Environment | null>;
  /**
   * Resolves with null when the name is taken. `copies` are installed in it, in the same transaction, and the shared
   * variables of the environment `from` that are not secret are copied. An installation whose product was deleted
   * meanwhile is left out.
   */
  create(
    environment: Omit<Environment, "id">,
    copies?: readonly InstallationCopy[],
    from?: EnvironmentId | null,
  ): Promise<Environment | null>;
  /** Removes only an empty environment. `in-use`: a product is installed there, or is still being removed. */
  remove(id: EnvironmentId): Promise<"removed" | "in-use">;
  /** The variables that all installations in the environment get, as they may be shown, sorted by name. */
  variableEntries(id: EnvironmentId): Promise<readonly VariableEntry[]>;
  /** The same with all values, decrypted and as they were entered. For comparing and revealing. */
  variables(id: EnvironmentId): Promise<Readonly<Record<string, string>>>;
  /** Like InstallationStore.changeVariables, for all installations in the environment. */
  changeVariables(
    id: EnvironmentId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
    refuse?: RefuseVariables,
  ): Promise<string | null>;
}

/** A copy of an installation, with its settings and its own variables that are not secret. */
export interface InstallationCopy {
  readonly from: InstallationId;
  readonly branch: string | null;
}

export interface ProductStore {
  /** Ordered by slug: all of them, or a page of at most `limit` that begins after a slug; of these `products` only. */
  list(page?: {
    readonly limit: number;
    readonly after?: Slug | undefined;
    readonly products?: readonly ProductId[];
  }): Promise<readonly Product[]>;
  bySlug(slug: Slug): Promise<Product | null>;
  /** Includes a product that was marked deleted, until it is purged, because its deployments still name it. */
  get(id: ProductId): Promise<Product | null>;
  /** Creates the product with its installation in `production`. Resolves with null when the slug is taken. */
  create(product: {
    readonly slug: Slug;
    readonly repository: string | null;
    readonly branch: string | null;
  }): Promise<{ readonly product: Product; readonly installation: Installation } | null>;
  update(id: ProductId, changes: ProductChanges): Promise<void>;
  /** The names of the variables that all installations of the product get, sorted. */
  variableNames(id: ProductId): Promise<readonly string[]>;
  /** The same for several products. One without variables is left out. */
  variableNamesOf(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, readonly string[]>>;
  /** The variables that all installations of the product get, as they may be shown, sorted by name. */
  variableEntries(id: ProductId): Promise<readonly VariableEntry[]>;
  /** Like InstallationStore.changeVariables, for all installations of the product. */
  changeVariables(
    id: ProductId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
    refuse?: RefuseVariables,
  ): Promise<string | null>;
  /**
   * Marks the product and all of its installations as deleted: it is not listed any more, its slug and hosts are free,
   * its queued deployments are cancelled, its running ones are asked to stop, and `enqueue` refuses more. `deleted()`
   * lists it until `purge`.
   */
  markDeleted(id: ProductId, leaving: DeleteOptions): Promise<void>;
  deleted(): Promise<readonly Product[]>;
  /**
   * Deletes every row of a product that was marked deleted. Call it only when nothing of the product is left in the
   * engine and the proxy.
   */
  purge(id: ProductId): Promise<void>;
}

/** Fields that are left out stay as they are. */
export interface ProductChanges {
  /** Null: the product is pushed to Baton from now on. */
  readonly repository?: string | null | undefined;
  readonly watch?: PushWatch | undefined;
  readonly hidesLogs?: boolean | undefined;
  readonly source?: SourceChanges;
  /** The branch that an installation deploys from now on. */
  readonly branches?: readonly { readonly installation: InstallationId; readonly branch: string }[];
}

export interface InstallationStore {
  /** Without deleted products. `get` returns those too, for the code that cleans up after them. */
  list(): Promise<readonly Installation[]>;
  get(id: InstallationId): Promise<Installation | null>;
  /**
   * An installation with its product and its environment, in one read. `isDeleted`: it or its product was marked
   * deleted.
   */
  installedProduct(id: InstallationId): Promise<(InstalledProduct & { readonly isDeleted: boolean }) | null>;
  /** The same for all that `list` returns, or for some of them, ordered by id. */
  installedProducts(some?: SomeInstallations): Promise<readonly InstalledProduct[]>;
  /**
   * What a list of products says about installations: about all that `list` returns, or about those that these
   * deployments belong to.
   */
  overview(deployments?: readonly DeploymentId[]): Promise<readonly InstallationOverview[]>;
  /** Without installations that were deleted separately. For a deleted product: the installations that it had then. */
  ofProduct(product: ProductId): Promise<readonly Installation[]>;
  /** Resolves with null when the product is installed there already, or was deleted. */
  create(installation: {
    readonly productId: ProductId;
    readonly environmentId: EnvironmentId;
    readonly branch: string | null;
  }): Promise<Installation | null>;
  /**
   * Marks the installation as deleted: it is not listed any more, its environment and hosts are free, its queued
   * deployments are cancelled, its running ones are asked to stop, and `enqueue` refuses more. `deleted()` lists it
   * until `purge`.
   */
  markDeleted(id: InstallationId, leaving: DeleteOptions): Promise<void>;
  /** Installations that were marked deleted, separately or with their product. */
  deleted(): Promise<readonly (Installation & DeleteOptions)[]>;
  /**
   * Deletes every row of an installation that was marked deleted. Call it only when nothing of the installation is left
   * in the engine and the proxy.
   */
  purge(id: InstallationId): Promise<void>;
  setBranch(id: InstallationId, branch: string): Promise<void>;
  /**
   * Makes the product's installations that track no branch yet track this one. Resolves with all of the product's
   * installations.
   */
  trackFirst(product: ProductId, branch: string): Promise<readonly Installation[]>;
  /** The settings of its services, by name; services without settings are left out. */
  serviceSettings(id: InstallationId): Promise<ReadonlyMap<string, ServiceSettings>>;
  /** The same for several installations. One without settings is left out. */
  serviceSettingsOf(
    ids: readonly InstallationId[],
  ): Promise<ReadonlyMap<InstallationId, ReadonlyMap<string, ServiceSettings>>>;
  /** Settings that are left out stay; null unsets one. Takes effect with the next deployment. */
  setServiceSettings(id: InstallationId, service: string, changes: Partial<ServiceSettings>): Promise<void>;
  /** How often its services run, by name, as users have set it; services that nobody has scaled are left out. */
  scalings(id: InstallationId): Promise<ReadonlyMap<string, Scaling>>;
  /** The same for all installations. One without any is left out. */
  allScalings(): Promise<ReadonlyMap<InstallationId, ReadonlyMap<string, Scaling>>>;
  /** What is left out stays; null leaves it to the repository. */
  setScaling(id: InstallationId, service: string, changes: Partial<Scaling>): Promise<void>;
  /**
   * Stops an installation by hand: the live deployment becomes `stopped`, and none is live. Resolves with null when a
   * deployment is running.
   */
  stop(id: InstallationId, at: Date, by?: string): Promise<{ readonly stopped: DeploymentId | null } | null>;
  /** Names only, sorted: its own, its product's and its environment's. */
  variableNames(id: InstallationId): Promise<readonly string[]>;
  /**
   * Its own variables over its product's over its environment's, decrypted and as they were entered. For comparing and
   * revealing.
   */
  variables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /**
   * The same with what their references need, for several installations; `resolveVariables` makes of it what a
   * deployment gets. An own variable that does not say whether builds get it takes the mark of the one it overrides. An
   * installation that does not exist is left out.
   */
  variableScopes(ids: readonly InstallationId[]): Promise<ReadonlyMap<InstallationId, VariableScope>>;
  /** The variables that say whether builds get them. */
  buildMarks(id: InstallationId): Promise<Readonly<Record<string, boolean>>>;
  /** The values of its variables that are not secret, by name; these may be shown. */
  visibleVariables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /** All of its variables as they may be shown, sorted by name. */
  variableEntries(id: InstallationId): Promise<readonly VariableEntry[]>;
  /**
   * Changes its own variables. A variable that is both set and unset is set; a mark on a missing variable does nothing.
   * `refuse` sees all installations that the change affects, as they would be; if it objects, nothing is changed, and
   * its sentence is returned.
   */
  changeVariables(
    id: InstallationId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
    refuse?: RefuseVariables,
  ): Promise<string | null>;
}

/** Which installations to list. What is left out does not limit them. */
export interface SomeInstallations {
  readonly products?: readonly ProductId[];
  readonly ids?: readonly InstallationId[];
  readonly after?: InstallationId | undefined;
  readonly limit?: number;
}

/** An installation with its newest deployment. */
export interface InstallationOverview extends InstalledProduct {
  /** Null when there is none. */
  readonly newest: Pick<Deployment, "id" | "number" | "status" | "createdAt"> | null;
  /** Whether somebody has dismissed the newest deployment's failure. */
  readonly isDismissed: boolean;
}

/** Marks on variables, by name. A variable that is not named keeps its mark. */
export interface VariableMarks {
  /** Whether builds get it; null lets its name decide. */
  readonly atBuild?: Readonly<Record<string, boolean | null>>;
  /**
   * Whether it is secret; new variables are. False has no effect unless the value is set, too: a secret does not become
   * visible later.
   */
  readonly secret?: Readonly<Record<string, boolean>>;
  /** Whether it is a secret that cannot be revealed. False has no effect unless the value is set, too. */
  readonly writeOnly?: Readonly<Record<string, boolean>>;
}

/** What is kept of an installation that is deleted. */
export interface DeleteOptions {
  readonly keepVolumes: boolean;
}
