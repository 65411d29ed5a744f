import type { ApiToken } from "../../../server/model/access/api-token.ts";
import type { Link } from "../../../server/model/access/link.ts";
import type { BrowserSession } from "../../../server/model/access/session.ts";
import type { Passkey, User } from "../../../server/model/access/user.ts";
import type { Deployment } from "../../../server/model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../../server/model/deployment/event.ts";
import type { MachineFacts, MachineInvitation, MachineRecord } from "../../../server/model/machine.ts";
import type {
  DeploymentId,
  EnvironmentId,
  InstallationId,
  MachineId,
  ProductId,
  UserId,
} from "../../../server/model/names/ids.ts";
import type { Environment, Installation, Product } from "../../../server/model/product.ts";
import type { Scaling } from "../../../server/model/scaling.ts";
import type { ServiceSettings } from "../../../server/model/service-settings.ts";
import type { Source } from "../../../server/model/source.ts";
import type { ReportReceipt, ReportState } from "../../../server/ports/forge.ts";
import type { AuditEntry } from "../../../server/ports/store/access.ts";
import type { LedgerDetail } from "../../../server/ports/store/deliveries.ts";
import type { Domain } from "../../../server/ports/store/domains.ts";
import type { LeaseHolder } from "../../../server/ports/store/leases.ts";
import type { DeleteOptions } from "../../../server/ports/store/products.ts";
import type { ProviderSettings, StoredClient } from "../../../server/ports/store/provider.ts";
import type { SourceCredentials } from "../../../server/ports/store/sources.ts";
import type { OidcSubject, Totp } from "../../../server/ports/store/users.ts";

import { type BackupRows, createBackupRows } from "./backups/backup-rows.ts";

/** The content of the real store's tables. Tests may read it and put rows in place. */
export interface FakeRows {
  readonly environments: Map<EnvironmentId, Environment>;
  readonly products: Map<ProductId, Product>;
  readonly deletedProducts: Set<ProductId>;
  readonly installations: Map<InstallationId, Installation>;
  /** What is kept of each deleted installation. */
  readonly leaving: Map<InstallationId, DeleteOptions>;
  /** Installations that were deleted separately, not with their product. */
  readonly deletedInstallations: Set<InstallationId>;
  readonly deployments: Map<DeploymentId, Deployment>;
  readonly events: Map<DeploymentId, DeploymentEvent[]>;
  /** Of installations and of products, whose ids come from one sequence. */
  readonly variables: Map<InstallationId | ProductId | EnvironmentId, Map<string, VariableRow>>;
  readonly serviceSettings: Map<InstallationId, Map<string, ServiceSettings>>;
  readonly scalings: Map<InstallationId, Map<string, Scaling>>;
  readonly domains: Domain[];
  readonly customDomains: Domain[];
  readonly ports: LeaseRow<{ readonly service: string; readonly port: number }>[];
  readonly subnets: LeaseRow<{ readonly subnet: string }>[];
  /** Tokens, sessions and links by the hash of their secret. */
  readonly tokens: Map<string, TokenRow>;
  readonly sessions: Map<string, BrowserSession>;
  readonly links: Map<string, Link>;
  readonly users: Map<UserId, UserRow>;
  readonly passkeys: Passkey[];
  readonly provider: { row: (ProviderSettings & StoredClient) | null };
  /** The last id that `nextId` gave. */
  lastId: number;
  readonly settings: Map<string, string>;
  readonly sources: Map<ProductId, Source>;
  readonly sourceSecrets: Map<ProductId, SourceSecrets>;
  readonly deliveries: DeliveryRow[];
  readonly reports: Map<DeploymentId, ReportRow>;
  readonly audit: AuditEntry[];
  readonly backup: BackupRows;
  readonly machines: Map<MachineId, MachineRow>;
  /** By the hash of their secret. */
  readonly machineInvitations: Map<string, MachineInvitation>;
}

/** What was seen is null until the machine was seen for the first time. */
export interface MachineRow {
  readonly seen: Omit<MachineRecord, "facts"> | null;
  readonly facts: MachineFacts | null;
}

export interface TokenRow extends Omit<ApiToken, "isServers"> {
  /** Whether it is the server's own. */
  readonly administrator: boolean;
}

export interface UserRow extends Omit<User, "hasPassword" | "hasTotp" | "hasOidc"> {
  readonly passwordHash: string | null;
  readonly totp: Totp | null;
  readonly totpStep: number | null;
  readonly oidc: OidcSubject | null;
  /** When each was used, by hash. */
  readonly recoveryCodes: ReadonlyMap<string, Date | null>;
}

export interface VariableRow {
  readonly value: string;
  readonly atBuild: boolean | null;
  readonly secret: boolean;
  readonly writeOnly: boolean;
}

type LeaseRow<What> = What & { readonly holder: LeaseHolder };

export interface SourceSecrets extends SourceCredentials {
  readonly webhookSecret: string | null;
}

export interface DeliveryRow extends LedgerDetail {
  readonly product: ProductId;
  readonly digest: string | null;
  /** Whether it was the first with its id and its body, which duplicates are compared with. */
  readonly first: boolean;
}

export interface ReportRow {
  readonly reported: ReportState | null;
  readonly receipt: ReportReceipt | null;
  readonly trying: ReportState | null;
  readonly tries: number;
  readonly trouble: string | null;
  readonly nextTryAt: Date | null;
}

export const production: Environment = {
  id: 1 as EnvironmentId,
  name: "production",
  domain: null,
  branch: null,
};

export function createRows(): FakeRows {
  return {
    environments: new Map([[production.id, production]]),
    products: new Map(),
    deletedProducts: new Set(),
    installations: new Map(),
    leaving: new Map(),
    deletedInstallations: new Set(),
    deployments: new Map(),
    events: new Map(),
    variables: new Map(),
    serviceSettings: new Map(),
    scalings: new Map(),
    domains: [],
    customDomains: [],
    ports: [],
    subnets: [],
    tokens: new Map(),
    sessions: new Map(),
    links: new Map(),
    users: new Map(),
    passkeys: [],
    provider: { row: null },
    lastId: 0,
    settings: new Map(),
    sources: new Map(),
    sourceSecrets: new Map(),
    deliveries: [],
    reports: new Map(),
    audit: [],
    backup: createBackupRows(),
    machines: new Map(),
    machineInvitations: new Map(),
  };
}

/** For tables of people, whose ids come from one sequence here. */
export function nextId<Id extends number>(rows: FakeRows): Id {
  rows.lastId += 1;
  return rows.lastId as Id;
}

/** Oldest first. */
export const deploymentsOf = (rows: FakeRows, installation: InstallationId): readonly Deployment[] =>
  allDeployments(rows).filter((row) => row.installationId === installation);

export const allDeployments = (rows: FakeRows): readonly Deployment[] =>
  [...rows.deployments.values()].sort((a, b) => a.id - b.id);

/** Whether it was deleted, separately or with its product. */
export function isGone(rows: FakeRows, id: InstallationId): boolean {
  const installation = rows.installations.get(id);
  return !installation || rows.deletedInstallations.has(id) || rows.deletedProducts.has(installation.productId);
}

/** Does what `on delete cascade` does in the tables. */
export function forgetInstallation(rows: FakeRows, id: InstallationId): void {
  for (const { id: deployment } of deploymentsOf(rows, id)) {
    for (const table of [rows.deployments, rows.events, rows.reports]) table.delete(deployment);
    drop(rows.ports, ({ holder }) => "deployment" in holder && holder.deployment === deployment);
    drop(rows.subnets, ({ holder }) => "deployment" in holder && holder.deployment === deployment);
  }
  drop(rows.ports, ({ holder }) => "installation" in holder && holder.installation === id);
  drop(rows.subnets, ({ holder }) => "installation" in holder && holder.installation === id);
  for (const table of [rows.domains, rows.customDomains]) drop(table, ({ installation }) => installation === id);
  for (const table of [rows.installations, rows.leaving, rows.variables, rows.serviceSettings, rows.scalings])
    table.delete(id);
  rows.deletedInstallations.delete(id);
}

export function drop<Row>(table: Row[], isDropped: (row: Row) => boolean): void {
  table.splice(0, table.length, ...table.filter((row) => !isDropped(row)));
}

/** Removes what people and tokens may do with a product that is gone. */
export function forgetRights(rows: FakeRows, id: ProductId): void {
  for (const user of rows.users.values())
    rows.users.set(user.id, { ...user, grants: user.grants.filter(({ productId }) => productId !== id) });
  for (const [key, token] of rows.tokens)
    rows.tokens.set(key, { ...token, productIds: token.productIds?.filter((product) => product !== id) ?? null });
}
