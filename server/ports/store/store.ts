import type { InstanceId } from "../../model/names/ids.ts";
import type { AccessStore, AuditStore } from "./access.ts";
import type { BackupStore } from "./backups.ts";
import type { DeliveryStore } from "./deliveries.ts";
import type { DeploymentStore, EventStore } from "./deployments.ts";
import type { DomainStore } from "./domains.ts";
import type { KeyStore } from "./keys.ts";
import type { LeaseStore } from "./leases.ts";
import type { MachineStore } from "./machines.ts";
import type { EnvironmentStore, InstallationStore, ProductStore } from "./products.ts";
import type { ProviderStore } from "./provider.ts";
import type { ReportStore } from "./reports.ts";
import type { SourceStore } from "./sources.ts";
import type { LinkStore, UserStore } from "./users.ts";

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
  readonly users: UserStore;
  readonly links: LinkStore;
  readonly provider: ProviderStore;
  readonly settings: SettingStore;
  readonly sources: SourceStore;
  readonly deliveries: DeliveryStore;
  readonly reports: ReportStore;
  readonly audit: AuditStore;
  readonly backups: BackupStore;
  readonly machines: MachineStore;
  readonly keys: KeyStore;
  /**
   * Grows with every commit of this process that may change what is known of products, environments, installations,
   * their hosts or settings. What changes about a deployment is announced instead, see `events.subscribeAll`. For those
   * who keep in memory what they have read.
   */
  revision(): number;
  /** Grows with every commit of this process that changed anything, before the write that made it resolves. */
  changes(): number;
  /** Resolves within 5 s or rejects with StoreUnavailable. */
  ping(): Promise<void>;
  facts(): Promise<DatabaseFacts>;
  close(): Promise<void>;
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

/** The database does not answer. Transient. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
