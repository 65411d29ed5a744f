import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, check } from "drizzle-orm/pg-core";
import {
  type DeploymentStatus,
  deployingSteps,
  deploymentStatuses,
  type StopReason,
  triggerKinds,
} from "../../model/deployment/deployment.ts";

/** The columns that the rules refer to. */
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
    | "cancelRequestedAt"
    | "startedAt"
    | "liveAt"
    | "readyAt"
    | "finishedAt"
    | "lastSeq",
    AnyPgColumn
  >
>;

// Written out in full, so that a reason added to the model does not compile until it has a rule.
const stopReasons = Object.keys({
  "stopped by hand": true,
  cancelled: true,
  "superseded by a newer push": true,
} satisfies Record<StopReason, true>);

/**
 * Repeats in the table what `Deployment` in the model says, so that nobody can write a row that breaks it. A CHECK
 * passes when it is null, so every rule consists of comparisons that cannot be null.
 */
export function deploymentLaw(row: Columns) {
  const is = (...statuses: DeploymentStatus[]) => oneOf(row.status, statuses);
  const watching = both(is("deploying"), sql`coalesce(${row.step}, '') = 'watch'`);
  const notLiveYet = both(is("queued", "building", "deploying"), sql`coalesce(${row.step}, '') <> 'watch'`);
  const starting = both(is("deploying"), sql`coalesce(${row.step}, '') = 'start'`);
  const mayHaveBeenAsked = sql`(${is("building", "failed", "stopped")} or ${starting})`;
  const byHand = sql`coalesce(${row.reason}, 'stopped by hand') = 'stopped by hand'`;
  const wholeCommit = sql`num_nulls(${row.commitSha}, ${row.commitMessage}, ${row.commitAuthor}) in (0, 3)`;
  const fullSha = sql`coalesce(${row.commitSha} ~ '^([0-9a-f]{40}|[0-9a-f]{64})$', true)`;
  return [
    check("deployments_status", oneOf(row.status, deploymentStatuses)),
    check("deployments_trigger", oneOf(row.trigger, triggerKinds)),
    check("deployments_variables_from", oneOf(row.variablesFrom, ["then", "now"])),
    check("deployments_counters", sql`${row.number} >= 1 and ${row.attempt} >= 0 and ${row.lastSeq} >= 0`),
    check("deployments_claimed", implies(is("building", "deploying"), sql`${row.attempt} >= 1`)),
    check("deployments_step", iff(is("deploying"), present(row.step))),
    check("deployments_step_known", implies(present(row.step), oneOf(row.step, deployingSteps))),
    check("deployments_not_started", implies(is("queued"), absent(row.startedAt))),
    check("deployments_started", implies(is("building", "deploying", "ready", "failed"), present(row.startedAt))),
    check("deployments_no_spec", implies(is("queued", "building"), absent(row.spec))),
    check("deployments_spec", implies(is("deploying", "ready"), present(row.spec))),
    check("deployments_not_live", implies(notLiveYet, absent(row.liveAt))),
    check("deployments_live", implies(sql`${is("ready")} or ${watching}`, present(row.liveAt))),
    check("deployments_ready", implies(is("ready"), present(row.readyAt))),
    check("deployments_was_ready", implies(present(row.readyAt), both(is("ready", "stopped"), byHand))),
    check("deployments_was_live", implies(present(row.readyAt), both(present(row.liveAt), present(row.spec)))),
    check("deployments_failure", iff(is("failed"), present(row.failure))),
    check("deployments_reason", iff(is("stopped"), present(row.reason))),
    check("deployments_reason_known", implies(present(row.reason), oneOf(row.reason, stopReasons))),
    check("deployments_finished", iff(is("failed", "stopped"), present(row.finishedAt))),
    check("deployments_replaced", implies(present(row.replacedId), present(row.liveAt))),
    check("deployments_replaced_another", implies(present(row.replacedId), sql`${row.replacedId} <> ${row.id}`)),
    check("deployments_cancel_requested", implies(present(row.cancelRequestedAt), mayHaveBeenAsked)),
    check("deployments_commit", both(wholeCommit, fullSha)),
  ];
}

const present = (column: AnyPgColumn) => sql`${column} is not null`;
const absent = (column: AnyPgColumn) => sql`${column} is null`;
const both = (left: SQL, right: SQL) => sql`(${left} and ${right})`;
const implies = (premise: SQL, conclusion: SQL) => sql`(not (${premise}) or ${conclusion})`;
const iff = (left: SQL, right: SQL) => sql`(${left}) = (${right})`;

/** The names are the model's own constants; DDL takes no parameters. */
function oneOf(column: AnyPgColumn, names: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(names.map((name) => `'${name}'`).join(", "))})`;
}
