import { type Deployment, readyAtOf, specOf, type Transition } from "../../../../server/model/deployment/deployment.ts";
import { outlineOf } from "../../../../server/model/deployment/spec.ts";
import type { DeploymentId, InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { allDeployments, deploymentsOf, type FakeRows, isGone } from "../rows.ts";
import type { Journal } from "./events.ts";
import { isFenced } from "./moves.ts";
import { isQueued, isRunning, type Queue, wasAskedToStop } from "./queue.ts";

function lastReady(rows: FakeRows, installation: InstallationId, count: number): readonly Deployment[] {
  return deploymentsOf(rows, installation)
    .filter((row) => readyAtOf(row) !== null)
    .sort((a, b) => Number(readyAtOf(b)) - Number(readyAtOf(a)) || b.id - a.id)
    .slice(0, count);
}

export function createDeployments(
  rows: FakeRows,
  queue: Queue,
  journal: Journal,
  clock: Clock,
  nextId: () => number,
): Store["deployments"] {
  const all = () => allDeployments(rows);
  return {
    reserveId: async () => nextId() as DeploymentId,
    enqueue: async (request, at) => queue.enqueue(request, at),
    get: async (id) => rows.deployments.get(id) ?? null,
    getAll: async (ids) => all().filter(({ id }) => ids.includes(id)),
    outlines: async (ids) =>
      new Map(
        all().flatMap((row) => {
          const spec = ids.includes(row.id) ? specOf(row) : null;
          return spec ? [[row.id, outlineOf(spec)] as const] : [];
        }),
      ),
    bySession: async (sessionId) => all().findLast((row) => row.sessionId === sessionId) ?? null,
    async list({ product, products, installation, statuses, limit, before }) {
      return all()
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => product === undefined || rows.installations.get(row.installationId)?.productId === product)
        .filter((row) => products?.some((id) => rows.installations.get(row.installationId)?.productId === id) ?? true)
        .filter((row) => isListed(row, product, installation))
        .filter((row) => statuses?.includes(row.status) ?? true)
        .filter((row) => before === undefined || row.id < before)
        .reverse()
        .slice(0, limit);
    },
    undecided: async (installation) =>
      deploymentsOf(rows, installation).filter((row) => isQueued(row) || isRunning(row)),
    queue: async () => ({ queued: all().filter(isQueued), running: all().filter(isRunning) }),
    lastReady: async (installation, count) => lastReady(rows, installation, count),
    lastReadyOf: async (installations, count) =>
      [...installations].sort((a, b) => a - b).flatMap((installation) => lastReady(rows, installation, count)),
    claim: async (maxBuilding, now) => queue.claim(maxBuilding, now),
    async move<T extends Transition>(from: Deployment, transition: T) {
      const row = rows.deployments.get(from.id);
      return isFenced(row, from) ? queue.move(row, transition, "at" in transition ? transition.at : clock.now()) : null;
    },
    async recordCommit({ id, attempt }, commit) {
      const row = rows.deployments.get(id);
      if (!row || row.attempt !== attempt || !isRunning(row)) return;
      rows.deployments.set(id, { ...row, commit });
      journal.announce(id);
    },
    requestCancel: async (id, at, by) => queue.requestCancel(id, at, by),
    cancelRequested: async () =>
      all()
        .filter(wasAskedToStop)
        .map(({ id }) => id),
    rescue: async (except = []) => queue.rescue(clock.now(), except),
  };

  /** Deployments of a deleted product or installation are listed only when that one is asked for. */
  function isListed({ installationId }: Deployment, product?: ProductId, installation?: InstallationId): boolean {
    if (installation !== undefined || !rows.installations.has(installationId)) return true;
    return product === undefined ? !isGone(rows, installationId) : !rows.deletedInstallations.has(installationId);
  }
}
