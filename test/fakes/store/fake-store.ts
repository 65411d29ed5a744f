import type { Deployment } from "../../../server/model/deployment/deployment.ts";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import type { Clock } from "../../../server/ports/clock.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { createAccess } from "./access/access.ts";
import { createAudit } from "./access/audit.ts";
import { createLinks } from "./access/links.ts";
import { createProvider } from "./access/provider.ts";
import { createUsers } from "./access/users.ts";
import { createBackups } from "./backups/backups.ts";
import { createDeployments } from "./deployments/deployments.ts";
import { createEvents } from "./deployments/events.ts";
import { createQueue } from "./deployments/queue.ts";
import { createMachines } from "./machines/machines.ts";
import { createDomains } from "./products/domains.ts";
import { createInstallations } from "./products/installations.ts";
import { createLeases } from "./products/leases.ts";
import { createEnvironments, createProducts } from "./products/products.ts";
import { createSettings } from "./products/settings.ts";
import { createSources } from "./products/sources.ts";
import { createRows, type FakeRows, production } from "./rows.ts";
import { createDeliveries } from "./webhooks/deliveries.ts";
import { createReports } from "./webhooks/reports.ts";

/**
 * A Store in memory that obeys the same rules as the one on Postgres: test/contracts runs one suite on both. A method
 * is one step, as a transaction is. Faults are set on the calling process: see fake-process.ts.
 */
export interface FakeStore extends Store {
  readonly rows: FakeRows;
  /** Puts a deployment in place as it is, without checks and without an event. */
  put<D extends Deployment>(deployment: D): D;
}

export function createFakeStore(clock: Clock): FakeStore {
  const rows = createRows();
  let lastId: number = production.id;
  let revision = 0;
  const nextId = () => ++lastId;

  const { journal, ...events } = createEvents(rows, clock);
  const queue = createQueue(rows, journal, nextId);
  const installations = createInstallations(rows, queue, clock, nextId);
  return {
    rows,
    put(deployment) {
      rows.deployments.set(deployment.id, deployment);
      lastId = Math.max(lastId, deployment.id);
      return deployment;
    },
    instance: "fake0000" as InstanceId,
    environments: createEnvironments(rows, installations, nextId),
    products: createProducts(rows, queue, clock, nextId),
    installations,
    deployments: createDeployments(rows, queue, journal, clock, nextId),
    events,
    domains: createDomains(rows),
    leases: createLeases(rows),
    access: createAccess(rows),
    users: createUsers(rows),
    links: createLinks(rows),
    provider: createProvider(rows),
    settings: createSettings(rows),
    sources: createSources(rows),
    deliveries: createDeliveries(rows, queue),
    reports: createReports(rows),
    audit: createAudit(rows),
    backups: createBackups(rows, nextId),
    machines: createMachines(rows),
    keys: {
      rotate: async () => ({ isResumed: false, counts: {}, unreadable: [] }),
      finishRotation: async () => null,
    },
    // Tests put rows in place behind the store's back, so everything may have changed each time.
    revision: () => ++revision,
    changes: () => ++revision,
    ping: async () => {},
    facts: async () => ({ version: "17.5", sizeBytes: 12_400_000 }),
    close: async () => {},
  };
}
