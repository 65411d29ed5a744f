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
 * Postgres, as the rest of Baton sees it. Every method is one transaction; a method that meets a lost
 * connection tries again where that cannot do a thing twice, and else rejects with StoreUnavailable.
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
  /** Answers within 5 s or rejects with StoreUnavailable. */
  ping(): Promise<void>;
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
}

export interface EnvironmentStore {
  list(): Promise<readonly Environment[]>;
  get(id: EnvironmentId): Promise<Environment | null>;
  /** Null when the name is taken. */
  create(environment: Omit<Environment, "id">): Promise<Environment | null>;
  /** Only an empty one goes. In use: a product is installed there, or is still being removed. */
  remove(id: EnvironmentId): Promise<"removed" | "in-use">;
}

export interface ProductStore {
  list(): Promise<readonly Product[]>;
  bySlug(slug: Slug): Promise<Product | null>;
  /** Also one that was marked deleted, until it is purged: its deployments still name it. */
  get(id: ProductId): Promise<Product | null>;
  /** With its installation in `production`. Null when the slug is taken. */
  create(product: {
    readonly slug: Slug;
    readonly repository: string | null;
    readonly branch: string | null;
  }): Promise<{ readonly product: Product; readonly installation: Installation } | null>;
  update(id: ProductId, changes: ProductChanges): Promise<void>;
  /** Names of those that all installations of the product get, sorted. */
  variableNames(id: ProductId): Promise<readonly string[]>;
  /** Those that all installations of the product get, as they may be shown, sorted by name. */
  variableEntries(id: ProductId): Promise<readonly VariableEntry[]>;
  /** As InstallationStore.changeVariables, for all installations of the product. */
  changeVariables(
    id: ProductId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
  ): Promise<void>;
  /**
   * Marks it deleted, with all of its installations: it is not listed any more, its slug and hosts are free, its queued
   * deployments are cancelled, its running ones asked to stop, and `enqueue` refuses more. `deleted()` names it until `purge`.
   */
  markDeleted(id: ProductId, leaving: Leaving): Promise<void>;
  deleted(): Promise<readonly Product[]>;
  /** Forgets every row of a product that was marked deleted. Only once nothing of it is left in the world. */
  purge(id: ProductId): Promise<void>;
}

/** What is left out stays as it is. */
export interface ProductChanges {
  /** Null: the product is pushed to Baton from now on. */
  readonly repository?: string | null | undefined;
  readonly watch?: PushWatch | undefined;
  readonly source?: SourceChanges;
  /** Which branch an installation deploys from now on. */
  readonly branches?: readonly { readonly installation: InstallationId; readonly branch: string }[];
}

export interface InstallationStore {
  /** Without deleted products. `get` returns those too, for the code that cleans up after them. */
  list(): Promise<readonly Installation[]>;
  get(id: InstallationId): Promise<Installation | null>;
  /** With its product and its environment, in one read. `isDeleted`: it or its product was marked deleted. */
  installedProduct(id: InstallationId): Promise<(InstalledProduct & { readonly isDeleted: boolean }) | null>;
  /** The same for all that `list` returns, or for those of one product. */
  installedProducts(product?: ProductId): Promise<readonly InstalledProduct[]>;
  /** Without those that were deleted by themselves. Of a product that was marked deleted: those that it had then. */
  ofProduct(product: ProductId): Promise<readonly Installation[]>;
  /** Null when the product is installed there already, or was deleted. */
  create(installation: {
    readonly productId: ProductId;
    readonly environmentId: EnvironmentId;
    readonly branch: string | null;
  }): Promise<Installation | null>;
  /**
   * Marks it deleted: it is not listed any more, its place and hosts are free, its queued deployments are cancelled, its
   * running ones asked to stop, and `enqueue` refuses more. `deleted()` names it until `purge`.
   */
  markDeleted(id: InstallationId, leaving: Leaving): Promise<void>;
  /** Those that were marked deleted, by themselves or with their product. */
  deleted(): Promise<readonly (Installation & Leaving)[]>;
  /** Forgets every row of an installation that was marked deleted. Only once nothing of it is left in the world. */
  purge(id: InstallationId): Promise<void>;
  setBranch(id: InstallationId, branch: string): Promise<void>;
  /** What was set about its services, by name; those for which nothing is set are left out. */
  serviceSettings(id: InstallationId): Promise<ReadonlyMap<string, ServiceSettings>>;
  /** Counts from the next deployment on. */
  setServiceSettings(id: InstallationId, service: string, settings: ServiceSettings): Promise<void>;
  /**
   * Stopped by hand: no live deployment, and the one that was live becomes `stopped`. Null when a deployment is
   * running.
   */
  stop(id: InstallationId, at: Date): Promise<{ readonly stopped: DeploymentId | null } | null>;
  /** Names only, sorted: its own and its product's. */
  variableNames(id: InstallationId): Promise<readonly string[]>;
  /** Its own over its product's, decrypted: for the pipeline, and to be compared. Never sent to anybody. */
  variables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /** Of its variables, those that say whether builds get them; an own one that does not say goes by its product's. */
  buildMarks(id: InstallationId): Promise<Readonly<Record<string, boolean>>>;
  /** Values of its variables that are not secret, by name: these may be shown. */
  visibleVariables(id: InstallationId): Promise<Readonly<Record<string, string>>>;
  /** All of its variables as they may be shown, sorted by name. */
  variableEntries(id: InstallationId): Promise<readonly VariableEntry[]>;
  /** Its own. One that is both set and unset is set; a mark of one that it does not have does nothing. */
  changeVariables(
    id: InstallationId,
    set: Readonly<Record<string, string>>,
    unset: readonly string[],
    marks?: VariableMarks,
  ): Promise<void>;
}

/** What is said about variables beside their values, by name. What is not named keeps its mark. */
export interface VariableMarks {
  /** Builds get it, too; they don't; null: its name decides. */
  readonly atBuild?: Readonly<Record<string, boolean | null>>;
  /** New ones are secret. False does nothing unless the value is set, too: a secret is never shown after the fact. */
  readonly secret?: Readonly<Record<string, boolean>>;
}

/** What stays behind of an installation that is deleted. */
export interface Leaving {
  readonly keepVolumes: boolean;
}

/** The intent that a command writes. */
export interface DeploymentRequest {
  /** Reserved beforehand with `reserveId` where a ref must carry it; else the store takes the next. */
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
  /** Queued pushes and webhooks of the installation are stopped, "superseded by a newer push". */
  readonly supersedes: boolean;
  /**
   * For pushes: the newest undecided one of trigger `push` that was looked at before deciding, null for none. When another has
   * come in between, or that one is over, nothing is written and `enqueue` resolves with "changed": look again.
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
  /** The newest that was asked for under this session id. */
  bySession(sessionId: string): Promise<Deployment | null>;
  /**
   * Newest first. `before` is an id of an earlier page. Those of deleted products and installations only when one
   * is asked for by id.
   */
  list(filter: {
    readonly product?: ProductId;
    readonly installation?: InstallationId;
    readonly statuses?: readonly DeploymentStatus[];
    readonly limit: number;
    readonly before?: DeploymentId;
  }): Promise<readonly Deployment[]>;
  /** Those of one installation that are not over, oldest first. */
  undecided(installation: InstallationId): Promise<readonly (Queued | Running)[]>;
  /** All queued ones in the order in which they will be claimed, and all running ones. */
  queue(): Promise<{ readonly queued: readonly Queued[]; readonly running: readonly Running[] }>;
  /** The last `count` of an installation by `readyAt`, newest first, stopped ones among them. */
  lastReady(installation: InstallationId, count: number): Promise<readonly Deployment[]>;

  /**
   * The oldest queued deployment whose installation has none running becomes `building`, when fewer than `maxBuilding` are.
   * Null when there is none. `now` is asked once it has its turn: a claim that waited for one is later than what made room for it.
   */
  claim(maxBuilding: number, now: () => Date): Promise<Building | null>;
  /**
   * Moves a deployment by the law (`advance`). The row must still have the status, step and attempt of `from`. Null, and
   * nothing is written: somebody else has moved it, or the law refuses the transition as the row stands now, for example
   * because a cancel was requested meanwhile. In the same transaction goes what belongs to a move: the spec, the
   * installation's live deployment (and, for a failure in the watch window, the one before), and the `status` event when
   * the status is another one. Resolves with the row as it is now.
   */
  move<T extends Transition>(from: Deployment, transition: T): Promise<After<T> | null>;
  /** Records the commit that a ref was resolved to. */
  recordCommit(deployment: Running, commit: Commit): Promise<void>;

  /**
   * Intent to cancel. `stopped`: it was queued and is over now. `asked`: it is running and its worker will be told.
   * `too-late`: it is being cut over, or over.
   */
  requestCancel(id: DeploymentId, at: Date): Promise<"stopped" | "asked" | "too-late">;
  /** Running deployments that were asked to stop. */
  cancelRequested(): Promise<readonly DeploymentId[]>;
  /**
   * Takes over what nobody runs any more: what a dead server left running, and all but `except`. `building` deployments go
   * back to the queue (with the same attempt; those with a cancel request are stopped); `deploying` ones get a new attempt
   * and are returned so that the worker can resume them.
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
  /** Called, without content, whenever something was appended to this deployment. Returns the unsubscribe function. */
  subscribe(deployment: DeploymentId, wake: () => void): () => void;
  /** The same for any deployment: for pages that list them. */
  subscribeAll(wake: (deployment: DeploymentId) => void): () => void;
  /** Deployments that are over, but not settled: the server died in between. Oldest first. */
  unsettled(): Promise<readonly { readonly deployment: DeploymentId; readonly installation: InstallationId }[]>;
  /** The newest progress of each stack. */
  stacks(deployment: DeploymentId): Promise<readonly StackProgress[]>;
}

/** Which installation may serve a host. Claimed before the cut-over that needs it; a host belongs to one installation. */
export interface DomainStore {
  /** What is served, by host. */
  list(): Promise<readonly Domain[]>;
  /** Who may serve it, by what is served or by what a user gave; null: nobody. */
  ownerOf(host: string): Promise<InstallationId | null>;
  /** Makes these the installation's hosts, and no others. When another has one of them nothing is written. */
  setFor(
    installation: InstallationId,
    routes: readonly RouteSpec[],
  ): Promise<"ok" | { readonly taken: string; readonly by: InstallationId }>;
  /**
   * What users gave to services of the installation, by host: served from its next deployment on, or as soon as it
   * is set.
   */
  custom(installation: InstallationId): Promise<readonly RouteSpec[]>;
  /**
   * Makes these the hosts that a user gave to a service, and no others; one that another service of the installation had moves.
   * When another installation has one of them, or a deployment is running ("busy": it has its hosts already), nothing is written.
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

/** Host ports and subnets: recorded before they are used, free again when the deployment's things are gone. */
export interface LeaseStore {
  /**
   * The port that this service of the holder has; where it has none, or one in `avoid`, the lowest free one of the
   * range, recorded. Rejects with PoolExhausted.
   */
  port(holder: LeaseHolder, service: string, range: PortRange, avoid: ReadonlySet<number>): Promise<number>;
  /** Ports of a holder by service. */
  ports(holder: LeaseHolder): Promise<ReadonlyMap<string, number>>;
  /**
   * This holder's network; where it has none, or one that overlaps `used`, the first free one of the pool with this
   * prefix, recorded. Rejects with PoolExhausted.
   */
  subnet(holder: LeaseHolder, pool: string, used: readonly string[], prefix?: number): Promise<string>;
  /**
   * Ports of these services outlive the deployment: they are the installation's from now on, where it has none for
   * them yet.
   */
  handOver(from: DeploymentId, to: InstallationId, services: readonly string[]): Promise<void>;
  release(holder: LeaseHolder): Promise<void>;
  /** Deployments that hold a port or a subnet. */
  holders(): Promise<readonly DeploymentId[]>;
}

/** Whose a lease is: a deployment's, or, for what outlives one, an installation's. */
export type LeaseHolder = { readonly deployment: DeploymentId } | { readonly installation: InstallationId };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Who is asking. */
export interface Identity {
  /** A token's name; shown as "who". */
  readonly name: string;
}

export interface AccessStore {
  /** Stores the SHA-256 of the first token when there is none yet. False: there was one already. */
  addFirstToken(name: string, token: string): Promise<boolean>;
  /** Makes `token` the administrator's, instead of any former one, whose sessions end. */
  setAdminToken(name: string, token: string): Promise<void>;
  hasToken(): Promise<boolean>;
  /** Null: unknown. Compares hashes. */
  identify(token: string): Promise<Identity | null>;
  /** 256 random bits, returned once, stored as SHA-256. */
  openSession(identity: Identity, expiresAt: Date): Promise<string>;
  session(secret: string, now: Date): Promise<Identity | null>;
  closeSession(secret: string): Promise<void>;
}

/** Small facts about this server, by name. */
export interface SettingStore {
  get(name: string): Promise<string | null>;
  /** Keeps what is there; returns the value that counts. */
  getOrSet(name: string, value: string): Promise<string>;
  set(name: string, value: string): Promise<void>;
}

export interface DatabaseFacts {
  /** Of Postgres: "17.5". */
  readonly version: string;
  readonly sizeBytes: number;
}

/** Who did what: written once, never changed. */
export interface AuditStore {
  record(entry: NewAuditEntry, at: Date): Promise<void>;
  /** Newest first. `before` is an id of an earlier page. */
  list(page: { readonly limit: number; readonly before?: number } & AuditFilter): Promise<readonly AuditEntry[]>;
}

export interface AuditFilter {
  /** A product's slug: what was done to it and to its deployments ("shop", "shop #12"). */
  readonly product?: string | undefined;
  readonly who?: string | undefined;
}

/** Names only: no value that is secret ever gets here. */
export interface NewAuditEntry {
  /** A token's name. */
  readonly who: string;
  /** The middle of a sentence: "redeployed". */
  readonly what: string;
  /** Its end: "shop #12"; empty where there is nothing to name. */
  readonly subject: string;
  /** What else is worth knowing: names of variables, hosts. */
  readonly detail: string | null;
  readonly deploymentId: DeploymentId | null;
  /** From which network address it was asked for. */
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
