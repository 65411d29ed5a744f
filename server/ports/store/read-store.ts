import type { AccessStore, AuditStore } from "./access.ts";
import type { BackupStore } from "./backups.ts";
import type { DeliveryStore } from "./deliveries.ts";
import type { DeploymentStore, EventStore } from "./deployments.ts";
import type { DomainStore } from "./domains.ts";
import type { MachineStore } from "./machines.ts";
import type { EnvironmentStore, InstallationStore, ProductStore } from "./products.ts";
import type { ProviderStore } from "./provider.ts";
import type { ReportStore } from "./reports.ts";
import type { SourceStore } from "./sources.ts";
import type { SettingStore, Store } from "./store.ts";
import type { LinkStore, UserStore } from "./users.ts";

/** The store as pages and the API see it: read methods only, and no secrets of sources. Commands do the writing. */
export interface ReadStore extends Pick<Store, "instance" | "ping" | "facts" | "revision" | "changes"> {
  readonly environments: Pick<EnvironmentStore, "list" | "get" | "variableEntries" | "variables">;
  readonly products: Pick<
    ProductStore,
    "list" | "bySlug" | "get" | "variableNames" | "variableNamesOf" | "variableEntries"
  >;
  readonly installations: Pick<
    InstallationStore,
    | "list"
    | "get"
    | "installedProduct"
    | "installedProducts"
    | "overview"
    | "ofProduct"
    | "serviceSettings"
    | "serviceSettingsOf"
    | "scalings"
    | "allScalings"
    | "variableNames"
    | "variables"
    | "variableScopes"
    | "buildMarks"
    | "visibleVariables"
    | "variableEntries"
  >;
  readonly deployments: Pick<
    DeploymentStore,
    "get" | "getAll" | "outlines" | "bySession" | "list" | "undecided" | "queue" | "lastReady" | "lastReadyOf"
  >;
  readonly events: Pick<EventStore, "read" | "subscribe" | "subscribeAll" | "stacks" | "stacksOf">;
  readonly domains: Pick<DomainStore, "list" | "custom" | "customOf">;
  readonly access: Pick<AccessStore, "identify" | "session" | "listTokens" | "getToken" | "listSessions">;
  readonly users: Pick<
    UserStore,
    "list" | "get" | "administratorNames" | "hasAny" | "passkeys" | "unusedRecoveryCodes"
  >;
  readonly links: Pick<LinkStore, "find" | "listOpen">;
  readonly provider: Pick<ProviderStore, "get">;
  readonly settings: Pick<SettingStore, "get">;
  readonly sources: Pick<SourceStore, "get">;
  readonly deliveries: Pick<DeliveryStore, "list" | "get" | "newestFromForge">;
  readonly reports: Pick<ReportStore, "trouble">;
  readonly audit: Pick<AuditStore, "list" | "choices">;
  readonly machines: Pick<MachineStore, "list" | "listInvitations" | "findInvitation">;
  readonly backups: Pick<BackupStore, "get" | "list" | "restores" | "drills" | "own" | "plan" | "place">;
}
