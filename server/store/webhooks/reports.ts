import { sql } from "drizzle-orm";
import type { DeploymentId, ProductId } from "../../model/names/ids.ts";
import type { ReportReceipt, ReportState } from "../../ports/forge.ts";
import type { DueReport, ReportStore } from "../../ports/store/reports.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { forgeReports } from "../schema/webhooks.ts";

type DueRow = {
  readonly product: string;
  readonly deployment: string;
  readonly commit: DueReport["commit"];
  readonly state: ReportState;
  readonly receipt: ReportReceipt | null;
  readonly tries: number;
};

/** Older deployments are not reported, so that a token that is added later does not report the past. */
const maxAgeMs = 2 * 24 * 60 * 60 * 1000;

/** The state that a deployment's status is reported as. Undecided deployments are pending. */
const state = sql`case d.status when 'ready' then 'success' when 'failed' then 'failure' when 'stopped' then case when d.ready_at is null then 'cancelled' else 'inactive' end else 'pending' end`;

export function createReportStore(database: Database): ReportStore {
  return {
    due: (now, limit) => database.read((queries) => dueReports(queries, now, limit)),
    trouble: (product) => database.read((queries) => newestTrouble(queries, product)),

    reported: (deploymentId, reported, receipt) =>
      database.write(async ({ tx }) => {
        const columns = { reported, receipt, trying: null, tries: 0, trouble: null, nextTryAt: null };
        await tx
          .insert(forgeReports)
          .values({ deploymentId, ...columns })
          .onConflictDoUpdate({ target: forgeReports.deploymentId, set: columns });
      }),

    failed: (deploymentId, { state: trying, message: trouble, nextTryAt, receipt }) =>
      database.write(async ({ tx }) => {
        const columns = { trying, trouble, nextTryAt, ...(receipt && { receipt }) };
        const tries = sql`case when ${forgeReports.trying} = ${trying} then ${forgeReports.tries} + 1 else 1 end`;
        await tx
          .insert(forgeReports)
          .values({ deploymentId, tries: 1, ...columns })
          .onConflictDoUpdate({ target: forgeReports.deploymentId, set: { ...columns, tries } });
      }),
  };
}

async function dueReports(queries: Queries, now: Date, limit: number): Promise<readonly DueReport[]> {
  const rows = await queries.execute<DueRow>(sql`
    select p.id as product, d.id as deployment, d.commit_sha as commit, ${state} as state, r.receipt,
           case when r.trying = ${state} then r.tries else 0 end as tries
    from deployments d
    join installations i on i.id = d.installation_id and i.deleted_at is null
    join products p on p.id = i.product_id and p.deleted_at is null and p.repository is not null
    join sources s on s.product_id = p.id and s.token is not null
         and (s.report_status or s.report_deployment or s.report_comment)
    -- One by one: there are few, and reports are kept for as long as deployments are.
    left join lateral (select * from forge_reports where deployment_id = d.id offset 0) r on true
    where d.commit_sha is not null
      and d.created_at > ${new Date(now.getTime() - maxAgeMs).toISOString()}::timestamptz
      and r.told is distinct from ${state}
      and (r.trying is distinct from ${state} or r.next_try_at <= ${now.toISOString()}::timestamptz)
    order by d.created_at, d.id
    limit ${limit}`);
  return rows.map(({ product, deployment, ...row }) => ({
    ...row,
    product: Number(product) as ProductId,
    deployment: Number(deployment) as DeploymentId,
  }));
}

async function newestTrouble(queries: Queries, product: ProductId): ReturnType<ReportStore["trouble"]> {
  const [row] = await queries.execute<{ deployment: string; message: string; given_up: boolean }>(sql`
    select r.deployment_id as deployment, r.trouble as message, r.next_try_at is null as given_up
    from forge_reports r
    join deployments d on d.id = r.deployment_id
    join installations i on i.id = d.installation_id
    where i.product_id = ${product} and r.trouble is not null
    order by r.deployment_id desc
    limit 1`);
  if (!row) return null;
  return { deployment: Number(row.deployment) as DeploymentId, message: row.message, givenUp: row.given_up };
}
