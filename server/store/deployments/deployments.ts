import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, type SQL } from "drizzle-orm";
import type { After, Deployment, Queued, Running, Transition } from "../../model/deployment/deployment.ts";
import type { DeploymentStore } from "../../ports/store/deployments.ts";
import type { Secrets } from "../access/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { products } from "../schema/products.ts";
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
import { move } from "./move.ts";

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

    requestCancel: (id, at) => database.write((transaction) => requestCancel(transaction, id, at, secrets)),
    cancelRequested: () => database.read(cancelRequested),
    rescue: (except = []) => database.write((transaction) => rescue(transaction, secrets, new Date(), except)),
  };
}

type Reads = "get" | "bySession" | "list" | "undecided" | "queue" | "lastReady";

function createReads(database: Database, secrets: Secrets): Pick<DeploymentStore, Reads> {
  const decode = (row: DeploymentRow) => deploymentOf(row, secrets);
  return {
    get: (id) =>
      database.read(async (queries) => {
        const [row] = await queries.select().from(deployments).where(eq(deployments.id, id));
        return row ? decode(row) : null;
      }),

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

    list: (filter) =>
      database.read(async (queries) => {
        const rows = await queries
          .select({ deployment: deployments })
          .from(deployments)
          .innerJoin(installations, eq(installations.id, deployments.installationId))
          .innerJoin(products, eq(products.id, installations.productId))
          .where(and(...listed(filter)))
          .orderBy(desc(deployments.id))
          .limit(filter.limit);
        return rows.map(({ deployment }) => decode(deployment));
      }),

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

    lastReady: (installation, count) =>
      database.read(async (queries) => {
        const rows = await queries
          .select()
          .from(deployments)
          .where(and(eq(deployments.installationId, installation), isNotNull(deployments.readyAt)))
          .orderBy(desc(deployments.readyAt), desc(deployments.id))
          .limit(count);
        return rows.map(decode);
      }),
  };
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

function listed(filter: Parameters<DeploymentStore["list"]>[0]): SQL[] {
  const conditions = [
    filter.installation === undefined ? undefined : eq(deployments.installationId, filter.installation),
    // Deployments of a deleted product or installation are listed only when that one is asked for.
    filter.product !== undefined ? eq(installations.productId, filter.product) : undefined,
    filter.product === undefined && filter.installation === undefined ? isNull(products.deletedAt) : undefined,
    filter.installation === undefined ? isNull(installations.deletedAt) : undefined,
    filter.statuses === undefined ? undefined : inArray(deployments.status, [...filter.statuses]),
    filter.before === undefined ? undefined : lt(deployments.id, filter.before),
  ];
  return conditions.filter((condition) => condition !== undefined);
}
