import {
  type After,
  advance,
  type Building,
  type Deployment,
  isOver,
  type Queued,
  type Running,
  type Transition,
} from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../../../server/model/names/ids.ts";
import type { DeploymentRequest } from "../../../../server/ports/store/deployments.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { allDeployments, deploymentsOf, type FakeRows, isGone } from "../rows.ts";
import type { Journal } from "./events.ts";
import { writeMove } from "./moves.ts";

export const isRunning = (row: Deployment): row is Running => row.status === "building" || row.status === "deploying";
export const isQueued = (row: Deployment): row is Queued => row.status === "queued";

export const hasRunning = (rows: FakeRows, installation: InstallationId) =>
  deploymentsOf(rows, installation).some(isRunning);

export type Queue = ReturnType<typeof createQueue>;

/** Decides which deployments may run, which wait, and which are superseded. Every method is one uninterrupted step. */
export function createQueue(rows: FakeRows, journal: Journal, nextId: () => number) {
  function enqueue({ supersedes, newestUndecidedPush, ...request }: DeploymentRequest, at: Date) {
    const { installationId } = request;
    if (isGone(rows, installationId))
      throw new Error(`Installation ${installationId} does not exist: nothing can be deployed to it`);
    const own = deploymentsOf(rows, installationId);
    const newest = own.findLast((row) => row.trigger === "push" && !isOver(row.status))?.id ?? null;
    if (newestUndecidedPush !== undefined && newestUndecidedPush !== newest) return "changed" as const;

    const superseded = supersedes ? supersede(installationId, at) : [];
    const deployment: Queued = {
      ...request,
      id: request.id ?? (nextId() as DeploymentId),
      number: Math.max(0, ...own.map(({ number }) => number)) + 1,
      status: "queued",
      dataBefore: request.dataBefore ?? null,
      fresh: request.fresh ?? false,
      sessionId: request.sessionId ?? null,
      attempt: 0,
      createdAt: at,
    };
    rows.deployments.set(deployment.id, deployment);
    journal.writeStatus(deployment, at);
    return { deployment, superseded };
  }

  function supersede(installation: InstallationId, at: Date): readonly DeploymentId[] {
    return deploymentsOf(rows, installation)
      .filter((row) => move(row, { type: "superseded", at }, at))
      .map(({ id }) => id);
  }

  /** Returns null when the transition is not allowed. */
  function move<T extends Transition>(row: Deployment, transition: T, at: Date): After<T> | null {
    const to = advance(row, transition);
    if (to) writeMove(rows, journal, row, to, at);
    return to;
  }

  function requestCancel(id: DeploymentId, at: Date, by?: string): "stopped" | "asked" | "too-late" {
    const row = rows.deployments.get(id);
    const moved = row && move(row, { type: "cancel-requested", at, ...(by && { by }) }, at);
    if (!moved) return "too-late";
    return moved.status === "stopped" ? "stopped" : "asked";
  }

  function claim(maxBuilding: number, now: () => Date): Building | null {
    const at = now();
    const all = allDeployments(rows);
    if (all.filter(({ status }) => status === "building").length >= maxBuilding) return null;
    const oldest = all.filter(isQueued).find((row) => !hasRunning(rows, row.installationId));
    return oldest ? move(oldest, { type: "claimed", at }, at) : null;
  }

  function rescue(at: Date, except: readonly DeploymentId[]): Awaited<ReturnType<Store["deployments"]["rescue"]>> {
    const requeued: Queued[] = [];
    const resumed: Running[] = [];
    const strays = allDeployments(rows)
      .filter(isRunning)
      .filter(({ id }) => !except.includes(id));
    for (const row of strays) {
      const moved = move(row, rescueOf(row, at), at);
      if (moved && isQueued(moved)) requeued.push(moved);
      if (moved && isRunning(moved)) resumed.push(moved);
    }
    return { requeued, resumed };
  }

  return { enqueue, move, requestCancel, claim, rescue };
}

function rescueOf(row: Running, at: Date): Transition {
  if (row.status === "deploying") return { type: "resumed" };
  return row.cancelRequestedAt === null ? { type: "requeued" } : { type: "cancelled", at };
}

export const wasAskedToStop = (row: Deployment) =>
  (row.status === "building" || (row.status === "deploying" && row.step === "start")) && row.cancelRequestedAt !== null;
