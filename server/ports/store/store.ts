import type {
  After,
  Building,
  Commit,
  Deployment,
  DeploymentStatus,
  Queued,
  Running,
  Transition,
  TriggerKind,
} from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody, StackProgress } from "../../model/deployment/event.ts";
import type { RouteSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId, EnvironmentId, InstallationId, InstanceId, ProductId } from "../../model/names/ids.ts";
import type { Environment, Installation, InstalledProduct, Product, PushWatch, Slug } from "../../model/product.ts";
import type { ServiceSettings } from "../../model/service-settings.ts";
import type { VariableEntry } from "../../model/values/variable.ts";
import type { DeliveryStore } from "./deliveries.ts";
import type { ReportStore } from "./reports.ts";
import type { SourceChanges, SourceStore } from "./sources.ts";

/**
 * Postgres, as the rest of Baton sees it. Every method is one transaction. A method that loses its connection retries
 * where that cannot repeat a change, and otherwise rejects with StoreUnavailable.
 */
export interface Store {
  readonly instance: InstanceId;
  readonly environments: EnvironmentStore;
  readonly products: ProductStore;
  readonly installations: InstallationStore;
  readonly deployments: DeploymentStore;
  readonly events: EventStore;
  readonly domains: DomainStore;
  readonly leases: LeaseStore;
  readonly access: AccessStore;
  readonly settings: SettingStore;
  readonly sources: SourceStore;
  readonly deliveries: DeliveryStore;
  readonly reports: ReportStore;
  readonly audit: AuditStore;
  /** Resolves within 5 s or rejects with StoreUnavailable. */
  ping(): Promise<void>;
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
}

export interface EnvironmentStore {
  list(): Promise<readonly Environment[]>;
  get(id: EnvironmentId): Promise<Environment | null>;
  /** Resolves with null when the name is taken. */
  create(environment: Omit<Environment, "id">): Promise<Environment | null>;
  /** Removes only an empty environment. `in-use`: a product is installed there, or is still being removed. */
  remove(id: EnvironmentId): Promise<"removed" | "in-use">;
}

export interface ProductStore {
  list(): Promise<readonly Product[]>;
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
  /** The variables that all installations of the product get, as they may be shown, sorted by name. */
  variableEntries(id: ProductId): Promise<readonly VariableEntry[]>;
  /** Like InstallationStore.changeVariables, for all installations of the product. */
  changeVariables(
    id: ProductId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
  ): Promise<void>;
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
  /** The same for all that `list` returns, or for those of one product. */
  installedProducts(product?: ProductId): Promise<readonly InstalledProduct[]>;
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
  /** The settings of its services, by name; services without settings are left out. */
  serviceSettings(id: InstallationId): Promise<ReadonlyMap<string, ServiceSettings>>;
  /** Takes effect with the next deployment. */
  setServiceSettings(id: InstallationId, service: string, settings: ServiceSettings): Promise<void>;
  /**
   * Stops an installation by hand: the live deployment becomes `stopped`, and none is live. Resolves with null when a
   * deployment is running.
   */
  stop(id: InstallationId, at: Date): Promise<{ readonly stopped: DeploymentId | null } | null>;
  /** Names only, sorted: its own and its product's. */
  variableNames(id: InstallationId): Promise<readonly string[]>;
  /** Its own variables over its product's, decrypted. For the pipeline and for comparing; never sent to anybody. */
  variables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /** The variables that say whether builds get them; an own variable that does not say takes its product's mark. */
  buildMarks(id: InstallationId): Promise<Readonly<Record<string, boolean>>>;
  /** The values of its variables that are not secret, by name; these may be shown. */
  visibleVariables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /** All of its variables as they may be shown, sorted by name. */
  variableEntries(id: InstallationId): Promise<readonly VariableEntry[]>;
  /**
   * Changes its own variables. A variable that is both set and unset is set; a mark on a missing variable does nothing.
   */
  changeVariables(
    id: InstallationId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
  ): Promise<void>;
}

/** Marks on variables, by name. A variable that is not named keeps its mark. */
export interface VariableMarks {
  /** Whether builds get it; null lets its name decide. */
  readonly atBuild?: Readonly<Record<string, boolean | null>>;
  /**
   * Whether it is secret; new variables are. False has no effect unless the value is set, too: a secret is never
   * revealed later.
   */
  readonly secret?: Readonly<Record<string, boolean>>;
}

/** What is kept of an installation that is deleted. */
export interface DeleteOptions {
  readonly keepVolumes: boolean;
}

/** A request to deploy, as a command writes it. */
export interface DeploymentRequest {
  /** Reserved beforehand with `reserveId` where a ref must contain it; otherwise the store takes the next. */
  readonly id: DeploymentId | null;
  readonly installationId: InstallationId;
  readonly trigger: TriggerKind;
  readonly by: string | null;
  readonly ref: string | null;
  readonly commit: Commit | null;
  readonly sourceId: DeploymentId | null;
  readonly variables: "then" | "now";
  readonly fresh?: boolean;
  readonly sessionId?: string | null;
  /** Whether it stops the installation's queued pushes and webhooks as "superseded by a newer push". */
  readonly supersedes: boolean;
  /**
   * For pushes: the newest undecided deployment with trigger `push` that the decision was based on; null when there was
   * none. When another has been queued since, or that one is over, nothing is written, and `enqueue` resolves with
   * "changed" so that the caller decides again.
   */
  readonly newestUndecidedPush?: DeploymentId | null;
}

export interface DeploymentStore {
  reserveId(): Promise<DeploymentId>;
  /** Rejects when the installation does not exist, or was marked deleted. */
  enqueue(
    request: DeploymentRequest,
    at: Date,
  ): Promise<{ readonly deployment: Queued; readonly superseded: readonly DeploymentId[] } | "changed">;

  get(id: DeploymentId): Promise<Deployment | null>;
  /** The newest deployment that was requested under this session id. */
  bySession(sessionId: string): Promise<Deployment | null>;
  /**
   * Newest first. `before` is an id of an earlier page. Deployments of deleted products and installations are listed
   * only when one is asked for by id.
   */
  list(filter: {
    readonly product?: ProductId;
    readonly installation?: InstallationId;
    readonly statuses?: readonly DeploymentStatus[];
    readonly limit: number;
    readonly before?: DeploymentId;
  }): Promise<readonly Deployment[]>;
  /** Deployments of one installation that are not over, oldest first. */
  undecided(installation: InstallationId): Promise<readonly (Queued | Running)[]>;
  /** All queued deployments in the order in which they will be claimed, and all running ones. */
  queue(): Promise<{ readonly queued: readonly Queued[]; readonly running: readonly Running[] }>;
  /** The last `count` deployments of an installation by `readyAt`, newest first, including stopped ones. */
  lastReady(installation: InstallationId, count: number): Promise<readonly Deployment[]>;

  /**
   * Claims the oldest queued deployment whose installation has none running, when fewer than `maxBuilding` are
   * building; it becomes `building`. Resolves with null when there is none. `now` is read once it is this claim's turn,
   * so that a claim that waited is later than what made room for it.
   */
  claim(maxBuilding: number, now: () => Date): Promise<Building | null>;
  /**
   * Moves a deployment by the rules of `advance`. The row must still have the status, step and attempt of `from`.
   * Resolves with null and writes nothing when somebody else has moved it, or the transition is not allowed as the row
   * stands now, for example because a cancel was requested meanwhile. The same transaction writes what belongs to the
   * move: the spec, the installation's live deployment (for a failure in the watch window, the previous one), and the
   * `status` event when the status changes. Resolves with the row as it is now.
   */
  move<T extends Transition>(from: Deployment, transition: T): Promise<After<T> | null>;
  /** Records the commit that a ref was resolved to. */
  recordCommit(deployment: Running, commit: Commit): Promise<void>;

  /**
   * Records the intent to cancel. `stopped`: it was queued and is over now. `asked`: it is running, and its worker will
   * be notified. `too-late`: it is being cut over, or over.
   */
  requestCancel(id: DeploymentId, at: Date): Promise<"stopped" | "asked" | "too-late">;
  /** Running deployments that were asked to stop. */
  cancelRequested(): Promise<readonly DeploymentId[]>;
  /**
   * Takes over deployments that nobody runs any more: those of a dead server, and all except `except`. `building` ones
   * go back to the queue (with the same attempt; those with a cancel request are stopped); `deploying` ones get a new
   * attempt and are returned so that the worker can resume them.
   */
  rescue(
    except?: readonly DeploymentId[],
  ): Promise<{ readonly requeued: readonly Queued[]; readonly resumed: readonly Running[] }>;
}

export interface EventStore {
  /** Numbers the events in the transaction that writes them, then announces them to subscribers in this process. */
  append(deployment: DeploymentId, bodies: readonly EventBody[]): Promise<void>;
  /** Events after `after`, oldest first, at most `limit`. */
  read(deployment: DeploymentId, after: number, limit: number): Promise<readonly DeploymentEvent[]>;
  /**
   * Calls `wake` without content whenever something was appended to this deployment. Returns the unsubscribe function.
   */
  subscribe(deployment: DeploymentId, wake: () => void): () => void;
  /** The same for any deployment, for pages that list them. */
  subscribeAll(wake: (deployment: DeploymentId) => void): () => void;
  /** Deployments that are over but not settled, because the server died in between. Oldest first. */
  unsettled(): Promise<readonly { readonly deployment: DeploymentId; readonly installation: InstallationId }[]>;
  /** The newest progress of each stack. */
  stacks(deployment: DeploymentId): Promise<readonly StackProgress[]>;
}

/**
 * Which installation may serve a host. A host is claimed before the cut-over that needs it, and belongs to one
 * installation.
 */
export interface DomainStore {
  /** The hosts that are served. */
  list(): Promise<readonly Domain[]>;
  /**
   * The installation that may serve a host, because it serves it or a user gave it the host; null when there is none.
   */
  ownerOf(host: string): Promise<InstallationId | null>;
  /** Makes these the installation's only hosts. When another installation has one of them, nothing is written. */
  setFor(
    installation: InstallationId,
    routes: readonly RouteSpec[],
  ): Promise<"ok" | { readonly taken: string; readonly by: InstallationId }>;
  /**
   * The hosts that users gave to services of the installation: served from its next deployment on, or as soon as they
   * are set.
   */
  custom(installation: InstallationId): Promise<readonly RouteSpec[]>;
  /**
   * Makes these the only hosts that a user gave to a service; a host of another service of the installation moves.
   * Nothing is written when another installation has one of them, or when a deployment is running ("busy": it has its
   * hosts already).
   */
  setCustom(
    installation: InstallationId,
    service: string,
    hosts: readonly string[],
  ): Promise<"ok" | "busy" | { readonly taken: string; readonly by: InstallationId }>;
}

export interface Domain extends RouteSpec {
  readonly installation: InstallationId;
}

/** Host ports and subnets. They are recorded before they are used, and freed when the deployment's objects are gone. */
export interface LeaseStore {
  /**
   * The port that this service of the holder has. If it has none, or one in `avoid`, the lowest free port of the range
   * is recorded. Rejects with PoolExhausted.
   */
  port(holder: LeaseHolder, service: string, range: PortRange, avoid: ReadonlySet<number>): Promise<number>;
  /** Ports of a holder by service. */
  ports(holder: LeaseHolder): Promise<ReadonlyMap<string, number>>;
  /**
   * The holder's network. If it has none, or one that overlaps `used`, the first free network of the pool with this
   * prefix is recorded. Rejects with PoolExhausted.
   */
  subnet(holder: LeaseHolder, pool: string, used: readonly string[], prefix?: number): Promise<string>;
  /** Hands ports of services that outlive the deployment to the installation, where it has none for them yet. */
  handOver(from: DeploymentId, to: InstallationId, services: readonly string[]): Promise<void>;
  release(holder: LeaseHolder): Promise<void>;
  /** Deployments that hold a port or a subnet. */
  holders(): Promise<readonly DeploymentId[]>;
}

/** The owner of a lease: a deployment, or, for what outlives one, an installation. */
export type LeaseHolder = { readonly deployment: DeploymentId } | { readonly installation: InstallationId };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The person or program behind a request. */
export interface Identity {
  /** A token's name; shown as "who". */
  readonly name: string;
}

export interface AccessStore {
  /** Stores the SHA-256 of the first token. Resolves with false when there was one already. */
  addFirstToken(name: string, token: string): Promise<boolean>;
  /** Makes `token` the administrator's. It replaces any former one, whose sessions end. */
  setAdminToken(name: string, token: string): Promise<void>;
  hasToken(): Promise<boolean>;
  /** Resolves with null when the token is unknown. Compares hashes. */
  identify(token: string): Promise<Identity | null>;
  /** 256 random bits, returned once, stored as SHA-256. */
  openSession(identity: Identity, expiresAt: Date): Promise<string>;
  session(secret: string, now: Date): Promise<Identity | null>;
  closeSession(secret: string): Promise<void>;
}

/** Small facts about this server, by name. */
export interface SettingStore {
  get(name: string): Promise<string | null>;
  /** Keeps an existing value; resolves with the value that is stored now. */
  getOrSet(name: string, value: string): Promise<string>;
  set(name: string, value: string): Promise<void>;
}

export interface DatabaseFacts {
  /** The version of Postgres: "17.5". */
  readonly version: string;
  readonly sizeBytes: number;
}

/** The audit log: entries are written once and never changed. */
export interface AuditStore {
  record(entry: NewAuditEntry, at: Date): Promise<void>;
  /** Newest first. `before` is an id of an earlier page. */
  list(page: { readonly limit: number; readonly before?: number } & AuditFilter): Promise<readonly AuditEntry[]>;
}

export interface AuditFilter {
  /** A product's slug: actions on it and on its deployments ("shop", "shop #12"). */
  readonly product?: string | undefined;
  readonly who?: string | undefined;
}

/** Names only; no secret value is ever recorded. */
export interface NewAuditEntry {
  /** A token's name. */
  readonly who: string;
  /** The middle of a sentence: "redeployed". */
  readonly what: string;
  /** The end of the sentence: "shop #12"; empty where there is nothing to name. */
  readonly subject: string;
  /** Further facts: names of variables, hosts. */
  readonly detail: string | null;
  readonly deploymentId: DeploymentId | null;
  /** The network address that the request came from. */
  readonly address: string;
}

export interface AuditEntry extends NewAuditEntry {
  readonly id: number;
  readonly at: Date;
}

/** The database does not answer. Transient. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

export class PoolExhausted extends Error {
  override readonly name = "PoolExhausted";
}
