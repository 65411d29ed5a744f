import { is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import * as access from "./access.ts";
import * as backups from "./backups.ts";
import * as deployments from "./deployments.ts";
import * as leases from "./leases.ts";
import * as machines from "./machines.ts";
import * as products from "./products.ts";
import * as userSettings from "./user-settings.ts";
import * as webhooks from "./webhooks.ts";

export const allTables: readonly PgTable[] = [
  access,
  backups,
  deployments,
  leases,
  machines,
  products,
  userSettings,
  webhooks,
]
  .flatMap((tables): readonly unknown[] => Object.values(tables))
  .filter((one): one is PgTable => is(one, PgTable));
