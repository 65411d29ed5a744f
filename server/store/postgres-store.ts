import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../ports/log.ts";
import { type Store, StoreUnavailable } from "../ports/store/store.ts";
import { createAccessStore } from "./access/access.ts";
import { createAuditStore } from "./access/audit.ts";
import { createLinkStore } from "./access/links.ts";
import { createProviderStore } from "./access/provider.ts";
import { createUserStore } from "./access/users.ts";
import { createBackupStore } from "./backups/backups.ts";
import { createAnnouncements } from "./deployments/announcements.ts";
import { createDeploymentStore } from "./deployments/deployments.ts";
import { createEventStore } from "./deployments/events.ts";
import { openSecrets } from "./keys/open-secrets.ts";
import { createKeyStore } from "./keys/rotation.ts";
import { createMachineStore } from "./machines/machines.ts";
import { createDatabase, type Database } from "./postgres/database.ts";
import { readFacts } from "./postgres/database-facts.ts";
import { createSessionPool, type SessionPool } from "./postgres/session-pool.ts";
import { createDomainStore } from "./products/domains.ts";
import { createEnvironmentStore } from "./products/environments.ts";
import { createInstallationStore } from "./products/installations.ts";
import { type ChooseSubnet, createLeaseStore } from "./products/leases.ts";
import { createProductStore } from "./products/products.ts";
import { createSettingStore } from "./products/settings.ts";
import { createSourceStore } from "./products/sources.ts";
import { instances } from "./schema/products.ts";
import { createDeliveryStore } from "./webhooks/deliveries.ts";
import { createReportStore } from "./webhooks/reports.ts";

const poolSize = 8;
const pingTimeoutMs = 5_000;

export interface StoreOptions {
  /** A database that `migrate` has been run on. */
  readonly url: string;
  /** Created on first use, readable only by its owner. Without it the variables in the database are lost. */
  readonly keyFile: string;
  /** `firstFreeSubnet` of rules/subnets.ts. */
  readonly chooseSubnet: ChooseSubnet;
  readonly log?: Pick<Log, "warn">;
}

/** Rejects with StoreUnavailable, with WrongKey, or with one sentence when the database was never migrated. */
export async function createStore({ url, keyFile, chooseSubnet, log }: StoreOptions): Promise<Store> {
  const pool = createSessionPool({ url, size: poolSize, name: "baton" });
  const announcements = createAnnouncements(log);
  let revision = 0;
  let changes = 0;
  const database = createDatabase(pool, announcements.announce, () => {
    revision += 1;
    changes += 1;
  });
  /** For what either announces its changes or is not part of what lists say. */
  const beside = createDatabase(pool, announcements.announce, () => {
    changes += 1;
  });

  try {
    const instance = await readInstance(database);
    const secrets = await openSecrets(database, keyFile);
    return {
      instance,
      environments: createEnvironmentStore(database, secrets),
      products: createProductStore(database, secrets),
      installations: createInstallationStore(database, secrets),
      deployments: createDeploymentStore(beside, secrets),
      events: createEventStore(beside, announcements),
      domains: createDomainStore(database),
      leases: createLeaseStore(beside, chooseSubnet),
      access: createAccessStore(beside),
      users: createUserStore(beside, secrets),
      links: createLinkStore(beside),
      provider: createProviderStore(beside, secrets),
      settings: createSettingStore(database),
      sources: createSourceStore(database, secrets),
      deliveries: createDeliveryStore(beside),
      reports: createReportStore(beside),
      audit: createAuditStore(beside),
      backups: createBackupStore(beside, secrets),
      machines: createMachineStore(beside),
      keys: createKeyStore({ database: beside, secrets, keyFile }),
      revision: () => revision,
      changes: () => changes,
      ping: () => ping(pool),
      facts: () => readFacts(database),
      close: pool.close,
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function readInstance(database: Database) {
  const [instance] = await database.read((queries) => queries.select({ id: instances.id }).from(instances));
  if (!instance) throw new Error("The database has no instance id: its migrations were not applied");
  return instance.id;
}

async function ping(pool: SessionPool): Promise<void> {
  const late = new AbortController();
  const deadline = delay(pingTimeoutMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`no response within ${pingTimeoutMs / 1000} s`);
  });
  try {
    await Promise.race([pool.use((session) => session`select 1`), deadline]);
  } catch (cause) {
    throw new StoreUnavailable("The database is not responding", { cause });
  } finally {
    late.abort();
    deadline.catch(() => {});
  }
}
