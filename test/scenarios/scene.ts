import type { Deployment } from "../../server/model/deployment/deployment.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { Files } from "../fakes/fake-repositories.ts";
import { createWorld, type FakeWorld, type WorldOptions } from "../fakes/fake-world.ts";
import { comeToRest, faultsAtRest } from "./at-rest.ts";
import { type Witness, watchUsers } from "./witness.ts";

/** A product "shop" that people use all the time, while something happens to it. */
export interface Scene {
  readonly world: FakeWorld;
  /** The version that is live. */
  readonly first: DeploymentId;
  readonly users: Witness;
  /** Lets everything come to an end. */
  end(id: DeploymentId): Promise<Deployment>;
  /** Lets everything come to an end, and says what is wrong then, and what was wrong for users on the way. */
  wrong(): Promise<readonly string[]>;
}

/** Long enough for a version to fail in, and short enough to be looked at a few times only. */
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
