import { specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerId, DeploymentId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { type CrashLoop, crashLoopOf, crashLoopText } from "../../rules/health/crash-loop.ts";
import { replicasOf } from "../../rules/rollout/container-of.ts";
import { groupBy } from "../../rules/rollout/group-by.ts";
import { replicaName } from "../../rules/rollout/replicas.ts";
import type { DesiredState, ObservedState } from "../../rules/rollout/world.ts";
import type { ReconcilerContext } from "../context.ts";

/** A service of a live version, with its container. */
interface Found {
  readonly deployment: DeploymentId;
  /** Its name, with the number of a further replica. */
  readonly service: string;
  readonly container: ContainerState;
}

/** Writes into the log of a live version when one of its services begins to crash again and again, and when that is over. */
export function createCrashLoopLog({ store, clock, log }: Pick<ReconcilerContext, "store" | "clock" | "log">) {
  let looping: ReadonlySet<ContainerId> = new Set();

  return async (desired: DesiredState, observed: ObservedState): Promise<void> => {
    const now = clock.now();
    const before = looping;
    const found = liveContainers(desired, observed);
    const loops = found.map((one) => ({ ...one, loop: crashLoopOf(one.container, now) }));
    looping = new Set(loops.flatMap(({ container, loop }) => (loop ? [container.id] : [])));
    for (const one of loops) {
      if (one.loop && !before.has(one.container.id)) await begun(one, one.loop);
      if (!one.loop && before.has(one.container.id)) await over(one);
    }
  };

  async function begun({ deployment, service, container }: Found, loop: CrashLoop): Promise<void> {
    log.warn(
      { deployment, service, container: container.name },
      `${service} keeps crashing: it ${crashLoopText(loop)}`,
    );
    const text = `${service} keeps crashing: it ${crashLoopText(loop)}`;
    await store.events.append(deployment, [{ type: "warning", text }]);
  }

  async function over({ deployment, service, container }: Found): Promise<void> {
    log.info({ deployment, service, container: container.name }, "a service has stopped crashing");
    await store.events.append(deployment, [{ type: "note", text: `${service} runs again without crashing` }]);
  }
}

function liveContainers({ installations, deployments }: DesiredState, { containers }: ObservedState): readonly Found[] {
  const crashed = containers.filter(({ deaths }) => deaths.length > 0);
  if (crashed.length === 0) return [];
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const ofInstallation = groupBy(crashed, ({ owner }) => owner.installation);
  return installations.flatMap(({ id, liveDeploymentId }) => {
    const own = ofInstallation.get(id) ?? [];
    const live = own.length > 0 && liveDeploymentId !== null ? byId.get(liveDeploymentId) : undefined;
    const spec = live && specOf(live);
    return !live || !spec
      ? []
      : servicesOf(spec).flatMap((service) => {
          const replicas = replicasOf(live.id, service, own);
          return replicas.map((container) => {
            const name = replicaName(service.name, container.replica, 1);
            return { deployment: live.id, service: name, container };
          });
        });
  });
}

export type CrashLoopLog = ReturnType<typeof createCrashLoopLog>;
