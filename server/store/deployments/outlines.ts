import { and, inArray, isNotNull, sql } from "drizzle-orm";
import { outlineOf, type StackOutline } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Opener } from "../keys/secrets.ts";
import type { Queries } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { openSpec } from "./stored-spec.ts";

/** Specs carry a whole version each, so that not too many are in memory at once. */
const openedAtOnce = 200;

type Outlines = Map<DeploymentId, readonly StackOutline[]>;

/** Reads what specs say about themselves unsealed, and opens only those from before they did. */
export async function readOutlines(
  queries: Queries,
  ids: readonly DeploymentId[],
  secrets: Opener,
): Promise<ReadonlyMap<DeploymentId, readonly StackOutline[]>> {
  const found: Outlines = new Map();
  if (ids.length === 0) return found;
  const { id, spec } = deployments;
  const rows = await queries
    .select({ id, outline: sql<readonly StackOutline[] | null>`${spec} -> 'outline'` })
    .from(deployments)
    .where(and(inArray(id, [...ids]), isNotNull(spec)));
  for (const row of rows) if (row.outline) found.set(row.id, row.outline);
  const sealed = rows.filter(({ outline }) => !outline).map((row) => row.id);
  for (let first = 0; first < sealed.length; first += openedAtOnce) {
    await openSome(queries, sealed.slice(first, first + openedAtOnce), { found, secrets });
  }
  return found;
}

async function openSome(
  queries: Queries,
  ids: readonly DeploymentId[],
  { found, secrets }: { readonly found: Outlines; readonly secrets: Opener },
): Promise<void> {
  const { id, spec } = deployments;
  const rows = await queries
    .select({ id, spec })
    .from(deployments)
    .where(inArray(id, [...ids]));
  for (const row of rows) if (row.spec) found.set(row.id, outlineOf(openSpec(secrets, row.id, row.spec)));
}
