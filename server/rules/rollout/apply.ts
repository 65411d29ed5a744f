import type { Deployment } from "../../model/deployment/deployment.ts";
import type { DeploymentSpec, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import { containerChanges } from "./same-container.ts";
import { type LiveSpec, makerOf, stackOf } from "./stateful.ts";

type Asked = Pick<Deployment, "trigger" | "sourceId" | "variables" | "fresh">;

/** Whether a deployment only brings the current variables and settings to the live version. */
export function appliesChanges(asked: Asked, liveDeploymentId: DeploymentId | null): boolean {
  const isOfLive = asked.sourceId !== null && asked.sourceId === liveDeploymentId;
  return asked.trigger === "redeploy" && isOfLive && asked.variables === "now" && !asked.fresh;
}

/**
 * When changes are applied, an init service that the live version has unchanged does not run again: `keptFrom` names
 * the deployment whose run counts. Init services get every variable of the installation, most of which do not concern
 * them, but a changed variable that may say where its data is makes it run again.
 */
export function keepInits(
  version: Pick<DeploymentSpec, "stacks" | "variables">,
  live: LiveSpec | null,
): readonly StackSpec[] {
  if (!live) return version.stacks;
  const ranBefore = new Map(live.spec.stacks.flatMap(({ services }) => services.map((one) => [one.name, one])));
  const [before, now] = [namingData(live.spec.variables), namingData(version.variables)];
  const keeper = (stack: string, service: ServiceSpec) => {
    const former = ranBefore.get(service.name);
    if (former?.kind !== "init" || stackOf(live.spec, service.name) !== stack) return null;
    return containerChanges(former, before, service, now).length === 0 ? makerOf(former, live) : null;
  };
  return version.stacks.map((stack) => ({
    ...stack,
    services: stack.services.map((service) =>
      service.kind === "init" ? { ...service, keptFrom: keeper(stack.name, service) } : service,
    ),
  }));
}

const dataNames =
  /(?:^|_)(?:DB|DATABASE|PG\w*|POSTGRES\w*|MYSQL|MARIADB|MONGO\w*|SQLITE|REDIS|DSN|MIGRATIONS?)(?:_|$)/i;

function namingData(variables: DeploymentSpec["variables"]): DeploymentSpec["variables"] {
  const mayNameData = ([name, value]: [string, string]) => dataNames.test(name) || /^[\w+.-]+:\/\/\S/.test(value);
  return Object.fromEntries(Object.entries(variables).filter(mayNameData));
}
