import { sql } from "drizzle-orm";
import type { ProductId } from "../../model/names/ids.ts";
import type { Queries } from "../postgres/database.ts";

/** One statement, which nearly always finds nothing to do. */
export async function keepNewest(tx: Queries, product: ProductId, genuine: boolean, count: number): Promise<void> {
  await tx.execute(sql`
    delete from webhook_deliveries
    where product_id = ${product} and genuine = ${genuine} and id <= (${nthNewest(product, genuine, count)})`);
}

/** For older deliveries the ledger keeps the outcome and drops the headers and the body. */
export async function forgetOldContents(tx: Queries, product: ProductId, count: number): Promise<void> {
  await tx.execute(sql`
    update webhook_deliveries set body = null, headers = null, event = null
    where product_id = ${product} and genuine and event is not null and id <= (${nthNewest(product, true, count)})`);
}

const nthNewest = (product: ProductId, genuine: boolean, count: number) => sql`
  select id from webhook_deliveries
  where product_id = ${product} and genuine = ${genuine}
  order by id desc offset ${count} limit 1`;
