import type { Deployment } from "../../server/model/deployment/deployment.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { failpointNames } from "../../server/pipeline/context/failpoint.ts";
import type { Files } from "../fakes/fake-repositories.ts";
import { createWorld, type FakeWorld, type WorldOptions } from "../fakes/fake-world.ts";
import { comeToRest, faultsAtRest } from "./at-rest.ts";
import { type Witness, watchUsers } from "./witness.ts";

/** A product "shop" that is in use all the time, while something happens to it. */
export interface Scene {
  readonly world: FakeWorld;
  readonly first: DeploymentId;
  readonly users: Witness;
  /** Lets everything finish. */
  end(id: DeploymentId): Promise<Deployment>;
  /** Lets everything finish. Returns what is wrong at the end, and what was wrong for users meanwhile. */
  wrong(): Promise<readonly string[]>;
}

/** Long enough for a version to fail in, and short enough for few probes. */
export const quickLimits = { watchMs: 3_000, workerUpMs: 1_000 };

export async function withLive(version: Files, options: WorldOptions = {}): Promise<Scene> {
  const world = createWorld({ ...options, limits: { ...quickLimits, ...options.limits } });
  const first = await world.push("shop", version);
  await world.atRest();
  const users = watchUsers(world);
  return {
    ...{ world, first, users },
    async end(id) {
      await comeToRest(world);
      return world.deployment(id);
    },
    async wrong() {
      const missed = world.faults.waiting.map((call) => `what was to happen at ${call} has not happened`);
      return [...(await faultsAtRest(world)), ...users.wrong, ...missed];
    },
  };
}

/** The places that a deployment passes which does not go back with the data. */
export const usualFailpoints = failpointNames.filter(
  (name) => !["data-saved", "live-stopped", "data-restored"].includes(name),
);
