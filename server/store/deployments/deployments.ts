import { and, asc, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { After, Deployment, Queued, Running, Transition } from "../../model/deployment/deployment.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { DeploymentStore } from "../../ports/store/deployments.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { requestCancel } from "./cancel.ts";
import { cancelRequested, claim, rescue } from "./claim.ts";
import {
  commitColumns,
  type DeploymentRow,
  deploymentOf,
  isQueued,
  isRunning,
  runningStatuses,
  undecidedStatuses,
} from "./deployment-row.ts";
import { enqueue, reserveId } from "./enqueue.ts";
import { listRows } from "./list-rows.ts";
import { move } from "./move.ts";
import { readOutlines } from "./outlines.ts";

export function createDeploymentStore(database: Database, secrets: Secrets): DeploymentStore {
  return {
    ...createReads(database, secrets),
    reserveId: () => database.read(reserveId),

    async enqueue(request, at) {
      const id = request.id ?? (await database.read(reserveId));
      return database.write((transaction) => enqueue(transaction, { ...request, id }, at));
    },

    claim: (maxBuilding, now) => database.write((transaction) => claim(transaction, maxBuilding, now, secrets)),

    move: <T extends Transition>(from: Deployment, transition: T) =>
      // The result of `advance`, whose type determines the variant.
      database.write((transaction) => move(transaction, from, transition, secrets)) as Promise<After<T> | null>,

    async recordCommit(deployment, commit) {
      await database.write(async ({ tx, announce }) => {
        const fenced = and(eq(deployments.id, deployment.id), eq(deployments.attempt, deployment.attempt));
        const running = inArray(deployments.status, runningStatuses);
        const recorded = await tx.update(deployments).set(commitColumns(commit)).where(and(fenced, running));
        if (recorded.count > 0) announce(deployment.id);
      });
    },

    requestCancel: (id, at, by) => database.write((transaction) => requestCancel(transaction, id, at, secrets, by)),
    cancelRequested: () => database.read(cancelRequested),
    rescue: (except = []) => database.write((transaction) => rescue(transaction, secrets, new Date(), except)),
  };
}

type Reads = "get" | "getAll" | "outlines" | "bySession" | "list" | "undecided" | "queue" | "lastReady" | "lastReadyOf";

function createReads(database: Database, secrets: Secrets): Pick<DeploymentStore, Reads> {
  const decode = (row: DeploymentRow) => deploymentOf(row, secrets);
  return {
    get: (id) =>
      database.read(async (queries) => {
        const [row] = await queries.select().from(deployments).where(eq(deployments.id, id));
        return row ? decode(row) : null;
      }),

    getAll: (ids) =>
      database.read(async (queries) => {
        if (ids.length === 0) return [];
        const rows = await queries
          .select()
          .from(deployments)
          .where(inArray(deployments.id, [...ids]))
          .orderBy(asc(deployments.id));
        return rows.map(decode);
      }),

    outlines: (ids) => database.read((queries) => readOutlines(queries, ids, secrets)),

    bySession: (sessionId) =>
      database.read(async (queries) => {
        const [row] = await queries
          .select()
          .from(deployments)
          .where(eq(deployments.sessionId, sessionId))
          .orderBy(desc(deployments.id))
          .limit(1);
        return row ? decode(row) : null;
      }),

    list: async (filter) => (await database.read((queries) => listRows(queries, filter))).map(decode),

    undecided: (installation) =>
      database.read(async (queries) => {
        const rows = await queries
          .select()
          .from(deployments)
          .where(and(eq(deployments.installationId, installation), inArray(deployments.status, undecidedStatuses)))
          .orderBy(asc(deployments.number));
        return rows.map(decode).filter(isUndecided);
      }),

    queue: () =>
      database.read(async (queries) => {
        const undecided = await undecidedRows(queries);
        const all = undecided.map(decode);
        return { queued: all.filter(isQueued), running: all.filter(isRunning) };
      }),

    lastReady: async (installation, count) =>
      (await database.read((queries) => lastReadyRows(queries, [installation], count))).map(decode),
    lastReadyOf: async (all, count) =>
      (await database.read((queries) => lastReadyRows(queries, all, count))).map(decode),
  };
}

/** Goes through the index of each installation, so that it reads no more than it returns. */
async function lastReadyRows(
  queries: Queries,
  all: readonly InstallationId[],
  count: number,
): Promise<readonly DeploymentRow[]> {
  if (all.length === 0) return [];
  const own = alias(deployments, "own");
  const ready = queries
    .select({ id: own.id })
    .from(own)
    .where(and(eq(own.installationId, installations.id), isNotNull(own.readyAt)))
    .orderBy(desc(own.readyAt), desc(own.id))
    .limit(count)
    .as("ready");
  const rows = await queries
    .select({ deployment: deployments })
    .from(installations)
    .innerJoinLateral(ready, sql`true`)
    .innerJoin(deployments, eq(deployments.id, ready.id))
    .where(inArray(installations.id, [...all]))
    .orderBy(asc(installations.id), desc(deployments.readyAt), desc(deployments.id));
  return rows.map(({ deployment }) => deployment);
}

const isUndecided = (deployment: Deployment): deployment is Queued | Running =>
  isQueued(deployment) || isRunning(deployment);

/** Reads in one statement, so that no deployment is missed or doubled while it is claimed. */
function undecidedRows(queries: Queries): Promise<DeploymentRow[]> {
  return queries
    .select()
    .from(deployments)
    .where(inArray(deployments.status, undecidedStatuses))
    .orderBy(asc(deployments.id));
}
