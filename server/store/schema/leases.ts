import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, text, unique } from "drizzle-orm/pg-core";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { network, rowId } from "../postgres/column-types.ts";
import { deployments, installations } from "./deployments.ts";

/** The service that may serve a host. It is claimed before a cut-over; the primary key makes a host unique. */
export const domains = pgTable(
  "domains",
  {
    host: text().primaryKey(),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    waits: boolean().notNull().default(false),
  },
  (table) => [
    index("domains_installation").on(table.installationId),
    check("domains_host", sql`${table.host} = lower(${table.host}) and ${table.host} <> ''`),
  ],
);

export const portLeases = pgTable(
  "port_leases",
  {
    port: integer().primaryKey(),
    deploymentId: rowId<DeploymentId>("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    /** Set for a service that outlives deployments and keeps its port. */
    installationId: rowId<InstallationId>("installation_id").references(() => installations.id, {
      onDelete: "cascade",
    }),
    service: text().notNull(),
  },
  (table) => [
    unique("port_leases_service").on(table.deploymentId, table.service),
    unique("port_leases_lasting").on(table.installationId, table.service),
    check("port_leases_holder", sql`num_nonnulls(${table.deploymentId}, ${table.installationId}) = 1`),
    check("port_leases_port", sql`${table.port} between 1 and 65535`),
  ],
);

export const subnetLeases = pgTable(
  "subnet_leases",
  {
    subnet: network().primaryKey(),
    deploymentId: rowId<DeploymentId>("deployment_id")
      .unique()
      .references(() => deployments.id, { onDelete: "cascade" }),
    installationId: rowId<InstallationId>("installation_id")
      .unique()
      .references(() => installations.id, { onDelete: "cascade" }),
  },
  (table) => [check("subnet_leases_holder", sql`num_nonnulls(${table.deploymentId}, ${table.installationId}) = 1`)],
);
