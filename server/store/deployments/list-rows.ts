import { desc, inArray, type SQL, sql } from "drizzle-orm";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { DeploymentStore } from "../../ports/store/deployments.ts";
import type { Queries } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import type { DeploymentRow } from "./deployment-row.ts";

type Filter = Parameters<DeploymentStore["list"]>[0];

/** Reads a page, newest first. */
export async function listRows(queries: Queries, filter: Filter): Promise<readonly DeploymentRow[]> {
  const ids = await pageOf(queries, filter);
  if (ids.length === 0) return [];
  return queries.select().from(deployments).where(inArray(deployments.id, ids)).orderBy(desc(deployments.id));
}

/**
 * Goes through as many ranges of an index as the filter names (installations of a product, or statuses) and takes a page
 * from each. Left to itself, Postgres walks backwards through all deployments until it has found enough that match,
 * which may be never. A range is written as one, and not as an equality, because an equality makes its column no part of
 * the order; only the range's own index has this order.
 */
async function pageOf(queries: Queries, filter: Filter): Promise<DeploymentId[]> {
  const { before, limit } = filter;
  const { ranges, isWithin, order } = rangesOf(filter);
  const rows = await queries.execute<{ id: string }>(sql`
    select page.id
    from ${ranges} as range
    cross join lateral (
      select own.id
      from deployments own
      where ${isWithin}
        and ${before === undefined ? sql`true` : sql`own.id < ${before}`}
      order by ${order}
      limit ${limit}) as page
    order by page.id desc
    limit ${limit}`);
  return rows.map(({ id }) => Number(id) as DeploymentId);
}

interface Ranges {
  readonly ranges: SQL;
  readonly isWithin: SQL;
  readonly order: SQL;
}

function rangesOf({ product, products, installation, statuses }: Filter): Ranges {
  const isAsked = statuses === undefined ? sql`true` : sql`own.status = any(${list(statuses)})`;
  // Deployments of a deleted product or installation are listed only when that one is asked for.
  if (installation !== undefined || product !== undefined) {
    const isOf = installation === undefined ? sql`true` : sql`i.id = ${installation}`;
    const isOfProduct = product === undefined ? sql`true` : sql`i.product_id = ${product}`;
    const isKept = installation === undefined ? sql`i.deleted_at is null` : sql`true`;
    return {
      ranges: sql`(select i.id from installations i where ${isOf} and ${isOfProduct} and ${isKept})`,
      isWithin: sql`own.installation_id between range.id and range.id and ${isAsked}`,
      order: sql`own.installation_id desc, own.id desc`,
    };
  }
  if (products !== undefined) {
    return {
      ranges: sql`(select i.id from installations i join products p on p.id = i.product_id
        where p.id = any(${list(products.map(String))}::bigint[]) and i.deleted_at is null and p.deleted_at is null)`,
      isWithin: sql`own.installation_id between range.id and range.id and ${isAsked}`,
      order: sql`own.installation_id desc, own.id desc`,
    };
  }
  // A value and not a join, so that it is asked of one row after the other until the page is full.
  const isKept = sql`(
    select i.deleted_at is null and p.deleted_at is null
    from installations i join products p on p.id = i.product_id
    where i.id = own.installation_id)`;
  if (statuses === undefined) return { ranges: sql`(select 1)`, isWithin: isKept, order: sql`own.id desc` };
  return {
    ranges: sql`(select unnest(${list(statuses)}) as status)`,
    isWithin: sql`own.status between range.status and range.status and ${isKept}`,
    order: sql`own.status desc, own.id desc`,
  };
}

const list = (statuses: readonly string[]) => sql`string_to_array(${statuses.join(",")}, ',')`;
