import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerId, DeploymentId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { DataSubject } from "../../ports/backup/backup-tools.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { type DataSource, dataSources } from "../../rules/backup/data-sources.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import { volumeName } from "../containers/container-request.ts";
import type { PipelineContext } from "../context/context.ts";

/** A service's data in one version, with the containers that hold it. */
export interface FoundSubject {
  readonly deployment: DeploymentId;
  readonly spec: Pick<DeploymentSpec, "stacks">;
  readonly source: DataSource;
  readonly subject: DataSubject;
  readonly writers: readonly ContainerState[];
}

/** Stands for the container of a service that has none at the moment. */
const noContainer = "" as ContainerId;

/**
 * Throws one sentence when the service has no data in this version, or does not run. `mayRest`: it need not run, and
 * need not even have a container when its data is in volumes.
 */
export async function subjectIn(
  { instance, engine }: Pick<PipelineContext, "instance" | "engine">,
  installation: Installation,
  { id, spec }: { readonly id: DeploymentId; readonly spec: Pick<DeploymentSpec, "stacks"> },
  service: string,
  signal: AbortSignal,
  { mayRest = false } = {},
): Promise<FoundSubject> {
  const source = dataSources(spec).find((one) => one.service === service);
  if (!source) throw new Error(`The live version has no data in a service named ${service}`);
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const of = (name: string) => {
    const found = servicesOf(spec).find((one) => one.name === name);
    return found ? containerOf(id, found, containers) : null;
  };
  const own = of(service);
  const itsSpec = servicesOf(spec).find(({ name }) => name === service);
  const isThere = mayRest ? own !== null || source.method === "volume" : own?.status === "running";
  if (!isThere || !itsSpec) throw new Error(`${service} is not running`);
  const writers = source.writers.flatMap((name) => of(name) ?? []);
  return {
    deployment: id,
    spec,
    source,
    writers,
    subject: {
      ...{ service, method: source.method, container: own?.id ?? noContainer, image: itsSpec.image },
      owner: {
        product: installation.productId,
        installation: installation.id,
        deployment: own?.owner.deployment ?? id,
      },
      volumes: source.volumes.map(({ volume, path }) => ({
        name: volumeName(instance, installation.id, source.stack, volume),
        path,
      })),
      writers: writers.filter(({ status }) => status === "running").map((writer) => writer.id),
    },
  };
}
