import {
  advance,
  type Building,
  type Deployment,
  isOver,
  type Queued,
  type Running,
} from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../../../server/model/names/ids.ts";
import type { DeploymentRequest, Store } from "../../../../server/ports/store/store.ts";
import { allDeployments, deploymentsOf, type FakeRows, isGone } from "../rows.ts";
import type { Journal } from "./events.ts";
import { writeMove } from "./moves.ts";

export const isRunning = (row: Deployment): row is Running => row.status === "building" || row.status === "deploying";
export const isQueued = (row: Deployment): row is Queued => row.status === "queued";

export const hasRunning = (rows: FakeRows, installation: InstallationId) =>
  deploymentsOf(rows, installation).some(isRunning);

export type Queue = ReturnType<typeof createQueue>;

/** Who may run, who has to wait, and who is not wanted any more. Every method is one step: nothing comes in between. */
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
      fresh: request.fresh ?? false,
      sessionId: request.sessionId ?? null,
      attempt: 0,
      createdAt: at,
    };
    rows.deployments.set(deployment.id, deployment);
    journal.writeStatus(deployment, at);
    return { deployment, superseded };
  }

  /** Only what a push or a webhook queued: somebody asked for the others by name. */
  function supersede(installation: InstallationId, at: Date): readonly DeploymentId[] {
    return deploymentsOf(rows, installation)
      .filter((row) => row.status === "queued" && (row.trigger === "push" || row.trigger === "webhook"))
      .map((row) => {
        stop(row, "superseded by a newer push", at);
        return row.id;
      });
  }

  function stop(row: Deployment, reason: "cancelled" | "superseded by a newer push", at: Date): void {
    const stopped = advance(row, { type: "stop", at, reason });
    if (stopped) writeMove(rows, journal, row, stopped, at);
  }

  function requestCancel(id: DeploymentId, at: Date): "stopped" | "asked" | "too-late" {
    const row = rows.deployments.get(id);
    if (!row || isOver(row.status) || (row.status === "deploying" && row.step !== "start")) return "too-late";
    if (row.status === "queued") {
      stop(row, "cancelled", at);
      return "stopped";
    }
    if (!rows.cancelRequests.has(id)) rows.cancelRequests.set(id, at);
    journal.announce(id);
    return "asked";
  }

  function claim(maxBuilding: number, now: () => Date): Building | null {
    const all = allDeployments(rows);
    if (all.filter(({ status }) => status === "building").length >= maxBuilding) return null;
    const oldest = all.filter(isQueued).find((row) => !hasRunning(rows, row.installationId));
    if (!oldest) return null;
    const at = now();
    const building = advance(oldest, { type: "claim", at });
    if (building?.status !== "building") return null;
    writeMove(rows, journal, oldest, building, at);
    return building;
  }

  function rescue(at: Date): Awaited<ReturnType<Store["deployments"]["rescue"]>> {
    const requeued: Queued[] = [];
    const resumed: Running[] = [];
    for (const row of allDeployments(rows)) {
      if (row.status === "building" && rows.cancelRequests.has(row.id)) {
        stop(row, "cancelled", at);
        continue;
      }
      const to = advance(row, { type: row.status === "building" ? "requeue" : "resume" });
      if (!to) continue;
      writeMove(rows, journal, row, to, at);
      if (to.status === "queued") requeued.push(to);
      if (to.status === "deploying") resumed.push(to);
    }
    return { requeued, resumed };
  }

  return { enqueue, requestCancel, claim, rescue };
}
