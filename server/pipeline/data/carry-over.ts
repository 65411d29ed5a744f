import { servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { EngineUnavailable } from "../../ports/engine/engine.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import type { RolloutStep } from "../../rules/rollout/rollout.ts";
import { carriedVolumes, type LiveSpec, type VolumeMount } from "../../rules/rollout/stateful.ts";
import { durationText } from "../../rules/wording/duration-text.ts";
import { volumeName } from "../containers/container-request.ts";
import { type DeploymentContext, ownerOf } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

type Service = Pick<RolloutStep, "stack" | "service">;

/**
 * Fills the volumes that are new in this version with the live container's data at their paths, before the new
 * container is created. A copy of an earlier attempt is discarded, unless its container has been started, because it is
 * then in use.
 */
export async function carryOver(context: DeploymentContext, live: LiveSpec | null, to: Service): Promise<void> {
  const { engine, installation, journal, signal } = context;
  const { service } = to;
  const volumes = carriedVolumes(service);
  const before = live && servicesOf(live.spec).find(({ name }) => name === service.name);
  if (volumes.length === 0 || !live || !before) return;

  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const own = containerOf(context.deployment.id, service, containers);
  if (own && own.startedAt !== null) return;
  const old = containerOf(live.id, before, containers);
  if (!old) {
    const paths = volumes.map(({ path }) => path).join(", ");
    journal.warn(`The old container of ${service.name} is gone, and with it what it had in ${paths}`);
    return;
  }
  if (own) await engine.removeContainer(own.id, signal);
  for (const mount of volumes) await copy(context, old, to, mount);
}

async function copy(
  context: DeploymentContext,
  from: ContainerState,
  { stack, service }: Service,
  { volume, path }: VolumeMount,
): Promise<void> {
  const { engine, clock, instance, installation, journal, signal } = context;
  const owner = ownerOf(context);
  const name = volumeName(instance, installation.id, stack, volume);
  await engine.removeVolume(name, signal);
  await engine.createVolume({ name, owner, filledBy: owner.deployment }, signal);
  journal.note(`Copying what ${service.name} has in ${path} into the volume ${volume}`);
  const began = clock.monotonicMs();
  try {
    await engine.fillVolume(name, { container: from.id, path }, owner, signal);
  } catch (error) {
    if (signal.aborted || error instanceof EngineUnavailable) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DeploymentFailed(
      {
        stage: "start",
        service: service.name,
        message: `the data in ${path} could not be copied: ${why}`,
        hint: "The data is still in place, and the old container keeps using it. The copy needs as much disk space again.",
      },
      { cause: error },
    );
  }
  journal.note(`Copied in ${durationText(clock.monotonicMs() - began)}`);
}
