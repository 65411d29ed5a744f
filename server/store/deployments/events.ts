import { and, asc, eq, gt, inArray, not, sql } from "drizzle-orm";
import type { DeploymentEvent, EventBody, StackProgress } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { EventStore, LogRetention } from "../../ports/store/deployments.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { deploymentEvents, deployments } from "../schema/deployments.ts";
import type { Announcements } from "./announcements.ts";

export function createEventStore(database: Database, announcements: Announcements): EventStore {
  return {
    async append(deployment, bodies) {
      if (bodies.length === 0) return;
      const at = new Date();
      await database.write((transaction) => writeEvents(transaction, deployment, bodies, at));
    },

    read: (deployment, after, limit) =>
      database.read(async (queries) => {
        const rows = await queries
          .select()
          .from(deploymentEvents)
          .where(and(eq(deploymentEvents.deploymentId, deployment), gt(deploymentEvents.seq, after)))
          .orderBy(asc(deploymentEvents.seq))
          .limit(limit);
        return rows.map(({ seq, at, body }): DeploymentEvent => ({ seq, at, ...body }));
      }),

    stacks: async (deployment) => (await stacksOf(database, [deployment])).get(deployment) ?? [],
    stacksOf: (deployments) => stacksOf(database, deployments),

    unsettled: () =>
      database.read((queries) =>
        queries
          .select({ deployment: deployments.id, installation: deployments.installationId })
          .from(deployments)
          .where(and(not(deployments.settled), inArray(deployments.status, ["ready", "failed", "stopped"])))
          .orderBy(asc(deployments.id)),
      ),

    async pruneLogs(retention, limit) {
      const found = await database.read((queries) => queries.execute<{ id: DeploymentId }>(outdated(retention, limit)));
      for (const { id } of found) {
        await database.write((transaction) => pruneLog(transaction, Number(id) as DeploymentId, retention.note));
      }
      return found.length;
    },

    subscribe: announcements.subscribe,
    subscribeAll: announcements.subscribeAll,
  };
}

async function stacksOf(
  database: Database,
  of: readonly DeploymentId[],
): Promise<ReadonlyMap<DeploymentId, readonly StackProgress[]>> {
  if (of.length === 0) return new Map();
  const rows = await database.read((queries) =>
    queries.execute<{ deployment: string; stack: StackProgress }>(sql`
      select deployment_id as deployment, (array_agg(body -> 'stack' order by seq desc))[1] as stack
      from deployment_events
      where deployment_id = any(string_to_array(${of.join(",")}, ',')::bigint[]) and type = 'stack'
      group by deployment_id, body -> 'stack' ->> 'name'
      order by deployment_id, min(seq)`),
  );
  const found = new Map<DeploymentId, StackProgress[]>();
  for (const { deployment, stack } of rows) {
    const id = Number(deployment) as DeploymentId;
    found.set(id, [...(found.get(id) ?? []), stack]);
  }
  return found;
}

/** Looks at each deployment's own neighbours in an index, so that a long history is not counted again and again. */
function outdated({ before, keepNewest, keepReady }: LogRetention, limit: number) {
  const tooOld = before === null ? sql`false` : sql`d.created_at < ${before.toISOString()}::timestamptz`;
  const newest = sql`select max(n.number) from deployments n where n.installation_id = d.installation_id`;
  const tooMany = keepNewest === null ? sql`false` : sql`d.number <= (${newest}) - ${keepNewest}::int`;
  return sql`
    select d.id from deployments d
    where d.settled and not d.log_pruned and (${tooOld} or ${tooMany})
      and not exists (select from installations i where i.live_deployment_id = d.id)
      and (d.ready_at is null or exists (
        select from deployments later
        where later.installation_id = d.installation_id and later.ready_at > d.ready_at
        order by later.ready_at offset ${keepReady - 1}::int limit 1))
    order by d.id limit ${limit}::int`;
}

/** Events that say what became of a deployment stay: pages and streams end with them. */
async function pruneLog(transaction: Transaction, deployment: DeploymentId, note: string): Promise<void> {
  const { tx } = transaction;
  await writeEvents(transaction, deployment, [{ type: "note", text: note }], new Date());
  await tx.execute(sql`
    delete from deployment_events e using deployments d
    where d.id = ${deployment} and e.deployment_id = d.id and e.seq < d.last_seq
      and e.type not in ('status', 'settled')`);
  await tx.update(deployments).set({ logPruned: true }).where(eq(deployments.id, deployment));
}

/**
 * Numbers and inserts events. The number is taken by updating the deployment's row, whose lock lasts until the commit.
 * The events of one deployment therefore become visible in the order of their numbers, and a reader never skips one
 * that commits late.
 */
export async function writeEvents(
  { tx, announce }: Transaction,
  deployment: DeploymentId,
  bodies: readonly EventBody[],
  at: Date,
): Promise<void> {
  const [numbered] = await tx
    .update(deployments)
    .set({
      lastSeq: sql`${deployments.lastSeq} + ${bodies.length}`,
      ...(bodies.some(({ type }) => type === "settled") && { settled: true }),
    })
    .where(eq(deployments.id, deployment))
    .returning({ lastSeq: deployments.lastSeq });
  if (!numbered) throw new Error(`Deployment ${deployment} does not exist: its events cannot be written`);

  const firstSeq = numbered.lastSeq - bodies.length + 1;
  await tx
    .insert(deploymentEvents)
    .values(
      bodies.map((body, index) => ({ deploymentId: deployment, seq: firstSeq + index, at, type: body.type, body })),
    );
  announce(deployment);
}
