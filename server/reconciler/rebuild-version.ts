import { redeploy } from "../commands/deployments/redeploy.ts";
import type { Deployment } from "../model/deployment/deployment.ts";
import type { ServiceSpec } from "../model/deployment/spec.ts";
import { mayRebuild, rebuiltBy } from "../rules/rollout/may-rebuild.ts";
import type { ReconcilerContext } from "./context.ts";

/** More deployments than can be pending or have failed since the last look. */
const newestCount = 20;

/**
 * When the image of a missing container is gone, too, as after a restore on another machine, the version is deployed
 * again: built from its commit, with its own variables. Resolves with whether the image is gone.
 */
export async function rebuildWithoutImage(
  context: ReconcilerContext,
  live: Deployment,
  service: Pick<ServiceSpec, "name" | "image">,
): Promise<boolean> {
  const { engine, store, log, signal } = context;
  if ((await engine.inspectImage(service.image, signal)) !== null) return false;
  const newest = await store.deployments.list({ installation: live.installationId, limit: newestCount });
  if (!mayRebuild(live, newest)) return true;
  const outcome = await redeploy(context, live, "then", rebuiltBy, signal);
  if (outcome.type === "queued")
    log.warn({ deployment: live.id, service: service.name }, "the image of a live version is gone; building it again");
  return true;
}
