import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, check } from "drizzle-orm/pg-core";
import { deployingSteps, deploymentStatuses, type StopReason, triggerKinds } from "../model/deployment.ts";

/** The columns that the law speaks of. */
type Columns = Readonly<
  Record<
    | "id"
    | "number"
    | "status"
    | "step"
    | "attempt"
    | "trigger"
    | "variablesFrom"
    | "commitSha"
    | "commitMessage"
    | "commitAuthor"
    | "spec"
    | "failure"
    | "reason"
    | "replacedId"
    | "startedAt"
    | "liveAt"
    | "readyAt"
    | "finishedAt"
    | "lastSeq",
    AnyPgColumn
  >
>;

// Written out in full, so that a reason added to the model does not compile until the law knows it.
const stopReasons = Object.keys({
  "stopped by hand": true,
  cancelled: true,
  "superseded by a newer push": true,
} satisfies Record<StopReason, true>);

/**
 * What `Deployment` in the model says, said again by the table: a row that breaks it cannot be written, whoever tries.
 * A CHECK passes when it is null, so every rule is made of comparisons that cannot be.
 */
export function deploymentLaw(row: Columns) {
  const running = sql`${row.status} in ('building', 'deploying')`;
  const watching = sql`(${row.status} = 'deploying' and coalesce(${row.step}, '') = 'watch')`;
  return [
    check("deployments_status", oneOf(row.status, deploymentStatuses)),
    check("deployments_trigger", oneOf(row.trigger, triggerKinds)),
    check("deployments_variables_from", oneOf(row.variablesFrom, ["then", "now"])),
    check("deployments_counters", sql`${row.number} >= 1 and ${row.attempt} >= 0 and ${row.lastSeq} >= 0`),
    check("deployments_claimed", implies(running, sql`${row.attempt} >= 1`)),
    check("deployments_step", iff(sql`${row.status} = 'deploying'`, present(row.step))),
    check("deployments_step_known", implies(present(row.step), oneOf(row.step, deployingSteps))),
    check(
      "deployments_started",
      sql`case ${row.status} when 'queued' then ${absent(row.startedAt)} when 'stopped' then true else ${present(row.startedAt)} end`,
    ),
    check(
      "deployments_spec",
      sql`case when ${row.status} in ('queued', 'building') then ${absent(row.spec)} when ${row.status} in ('deploying', 'ready') then ${present(row.spec)} else true end`,
    ),
    check(
      "deployments_live",
      sql`case when ${row.status} = 'ready' or ${watching} then ${present(row.liveAt)} when ${row.status} in ('queued', 'building', 'deploying') then ${absent(row.liveAt)} else true end`,
    ),
    check("deployments_ready", implies(sql`${row.status} = 'ready'`, present(row.readyAt))),
    check(
      "deployments_was_ready",
      implies(
        present(row.readyAt),
        sql`${row.status} in ('ready', 'stopped') and ${present(row.liveAt)} and ${present(row.spec)} and coalesce(${row.reason}, 'stopped by hand') = 'stopped by hand'`,
      ),
    ),
    check("deployments_failure", iff(sql`${row.status} = 'failed'`, present(row.failure))),
    check("deployments_reason", iff(sql`${row.status} = 'stopped'`, present(row.reason))),
    check("deployments_reason_known", implies(present(row.reason), oneOf(row.reason, stopReasons))),
    check("deployments_finished", iff(sql`${row.status} in ('failed', 'stopped')`, present(row.finishedAt))),
    check(
      "deployments_replaced",
      implies(present(row.replacedId), sql`${present(row.liveAt)} and ${row.replacedId} <> ${row.id}`),
    ),
    check(
      "deployments_commit",
      sql`num_nulls(${row.commitSha}, ${row.commitMessage}, ${row.commitAuthor}) in (0, 3) and coalesce(${row.commitSha} ~ '^([0-9a-f]{40}|[0-9a-f]{64})$', true)`,
    ),
  ];
}

const present = (column: AnyPgColumn) => sql`${column} is not null`;
const absent = (column: AnyPgColumn) => sql`${column} is null`;
const implies = (premise: SQL, conclusion: SQL) => sql`(not (${premise}) or (${conclusion}))`;
const iff = (left: SQL, right: SQL) => sql`(${left}) = (${right})`;

/** The names are the model's own constants: DDL takes no parameters. */
function oneOf(column: AnyPgColumn, names: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(names.map((name) => `'${name}'`).join(", "))})`;
}
