import { describe } from "vitest";
import { accessContract } from "./access/access.ts";
import { auditContract } from "./access/audit.ts";
import { linksContract } from "./access/links.ts";
import { providerContract } from "./access/provider.ts";
import { signInsContract } from "./access/sign-ins.ts";
import { usersContract } from "./access/users.ts";
import { backupsContract } from "./backups/backups.ts";
import { cancelContract } from "./deployments/cancel.ts";
import { eventsContract } from "./deployments/events.ts";
import { listsContract } from "./deployments/lists.ts";
import { movesContract } from "./deployments/moves.ts";
import { oldLogsContract } from "./deployments/old-logs.ts";
import { queueContract } from "./deployments/queue.ts";
import type { MakeStore } from "./lifecycle.ts";
import { machinesContract } from "./machines/machines.ts";
import { domainsContract } from "./products/domains.ts";
import { installationsContract } from "./products/installations.ts";
import { leasesContract } from "./products/leases.ts";
import { overviewContract } from "./products/overview.ts";
import { productsContract } from "./products/products.ts";
import { settingsContract } from "./products/settings.ts";
import { sourcesContract } from "./products/sources.ts";
import { variablesContract } from "./products/variables.ts";
import { deliveriesContract } from "./webhooks/deliveries.ts";
import { reportsContract } from "./webhooks/reports.ts";

const contracts: Readonly<Record<string, (make: MakeStore) => void>> = {
  "the queue": queueContract,
  moves: movesContract,
  "cancels and rescues": cancelContract,
  "lists of deployments": listsContract,
  events: eventsContract,
  "old logs": oldLogsContract,
  products: productsContract,
  installations: installationsContract,
  "lists of many": overviewContract,
  variables: variablesContract,
  domains: domainsContract,
  leases: leasesContract,
  settings: settingsContract,
  sources: sourcesContract,
  deliveries: deliveriesContract,
  reports: reportsContract,
  access: accessContract,
  users: usersContract,
  "what users sign in with": signInsContract,
  links: linksContract,
  "the identity provider": providerContract,
  "the audit log": auditContract,
  backups: backupsContract,
  machines: machinesContract,
};

/**
 * The contract of every Store. The promises of its methods belong here; how Postgres keeps them belongs in test/store.
 */
export function storeContract(make: MakeStore): void {
  for (const [part, contract] of Object.entries(contracts)) describe(part, () => contract(make));
}
