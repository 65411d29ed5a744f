import { and, desc, eq, lt, ne } from "drizzle-orm";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { DeliveryStore, LedgerEntry } from "../../ports/store/deliveries.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { webhookDeliveries } from "../schema/webhooks.ts";
import { linksOf } from "./delivery-links.ts";
import { keepNewest } from "./ledger-limits.ts";
import { recordDeliveries } from "./record-deliveries.ts";

/** The number of refused deliveries that are kept for each product. */
const keptRefusals = 100;

export function createDeliveryStore(database: Database): DeliveryStore {
  return {
    record: (product, deliveries, judge, at) =>
      database.write((transaction) => recordDeliveries(transaction, { product, deliveries, judge, at })),

    async refuse(productId, { via, deliveryId, name, reason, headers, bodyBytes }, at) {
      await database.write(async ({ tx }) => {
        await tx.insert(webhookDeliveries).values({
          ...{ productId, via, deliveryId, name, headers, bodyBytes, at },
          ...{ verdict: reason, outcome: "refused", genuine: false, first: false },
        });
        await keepNewest(tx, productId, false, keptRefusals);
      });
    },

    list: (product, { limit, before }) =>
      database.read(async (queries) => {
        const rows = await queries
          .select(entryColumns)
          .from(webhookDeliveries)
          .where(
            and(
              eq(webhookDeliveries.productId, product),
              before === undefined ? undefined : lt(webhookDeliveries.id, before),
            ),
          )
          .orderBy(desc(webhookDeliveries.id))
          .limit(limit);
        return withDeployments(queries, rows);
      }),

    get: (product, id) =>
      database.read(async (queries) => {
        const { event, headers, body, bodyBytes } = webhookDeliveries;
        const rows = await queries
          .select({ ...entryColumns, event, headers, body, bodyBytes })
          .from(webhookDeliveries)
          .where(and(eq(webhookDeliveries.productId, product), eq(webhookDeliveries.id, id)));
        const [detail] = await withDeployments(queries, rows);
        return detail ?? null;
      }),

    newestFromForge: (product) =>
      database.read(async (queries) => {
        const { productId, genuine, via, id, event, headers } = webhookDeliveries;
        const [newest] = await queries
          .select({ event, headers })
          .from(webhookDeliveries)
          .where(and(eq(productId, product), eq(genuine, true), ne(via, "baton")))
          .orderBy(desc(id))
          .limit(1);
        return newest ?? null;
      }),
  };
}

const entryColumns = {
  id: webhookDeliveries.id,
  at: webhookDeliveries.at,
  via: webhookDeliveries.via,
  deliveryId: webhookDeliveries.deliveryId,
  name: webhookDeliveries.name,
  outcome: webhookDeliveries.outcome,
  verdict: webhookDeliveries.verdict,
  commit: webhookDeliveries.commitSha,
  again: webhookDeliveries.again,
};

async function withDeployments<Row extends Omit<LedgerEntry, "deployments">>(
  queries: Queries,
  rows: readonly Row[],
): Promise<readonly (Row & { readonly deployments: readonly DeploymentId[] })[]> {
  const links = await linksOf(
    queries,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...row, deployments: links.get(row.id) ?? [] }));
}
