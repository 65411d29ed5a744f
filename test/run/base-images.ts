import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { systemClock } from "../../server/boot/system-clock.ts";
import { createDockerEngine } from "../../server/docker/docker-engine.ts";
import { createDistribution } from "../../server/host-packages/debian-npm.ts";
import type { InstanceId } from "../../server/model/names/ids.ts";
import { createBaseImages } from "../../server/pipeline/images/base/base-images.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The instance id by which a run of the tests claims base images, as a Baton does. */
    readonly keeper: InstanceId;
  }
}

const never = new AbortController().signal;
const bases = ["node:22", "static:1"] as const;

/**
 * Base images are made by the first who needs them and go with the last Baton that claims them. The run claims them, too:
 * so no test waits for them, and none of its Batons takes them from the others.
 */
export async function keepBaseImages(keeper: InstanceId, caddyBin: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bases-"));
  try {
    const engine = createDockerEngine({ instance: keeper, socket: process.env.DOCKER_HOST });
    const distribution = createDistribution({ folder, caddyBin });
    const images = createBaseImages({ engine, distribution, clock: systemClock, mode: "local" });
    for (const base of bases) {
      await images.ensureLocal(
        base,
        () => {},
        () => {},
        never,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What this run has claimed goes at its end, unless somebody else on this daemon claims it. */
export default function setup({ vitest }: TestProject): (() => Promise<void>) | undefined {
  // The projects of a run share them.
  if (vitest.getProvidedContext().keeper) return undefined;
  const keeper = randomBytes(4).toString("hex") as InstanceId;
  vitest.provide("keeper", keeper);
  return async () => {
    const engine = createDockerEngine({ instance: keeper, socket: process.env.DOCKER_HOST });
    for (const { tags } of await engine.listImages(never)) {
      for (const tag of tags) await engine.removeTag(tag, never);
    }
  };
}
