import { specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { volumeName } from "../../pipeline/containers/container-request.ts";
import type { DataSubject } from "../../ports/backup/backup-tools.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { type DataSource, dataSources } from "../../rules/backup/data-sources.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import type { BackupContext } from "./backup-context.ts";

/** A service's data as it is now: the live version's, with the containers that hold it. */
export interface FoundSubject {
  readonly deployment: DeploymentId;
  readonly source: DataSource;
  readonly subject: DataSubject;
  readonly writers: readonly ContainerState[];
}

/** Throws one sentence when the service does not run, or has no data any more. */
export async function findSubject(
  { instance, engine, store, signal }: Pick<BackupContext, "instance" | "engine" | "store" | "signal">,
  id: InstallationId,
  service: string,
): Promise<FoundSubject> {
  const installation = await store.installations.get(id);
  const live = installation?.liveDeploymentId ? await store.deployments.get(installation.liveDeploymentId) : null;
  const spec = live && specOf(live);
  if (!installation || !live || !spec) throw new Error("No version is live");
  const source = dataSources(spec).find((one) => one.service === service);
  if (!source) throw new Error(`The live version has no data in a service named ${service}`);
  const containers = await engine.listContainers({ installation: id }, signal);
  const of = (name: string) => {
    const found = servicesOf(spec).find((one) => one.name === name);
    return found ? containerOf(live.id, found, containers) : null;
  };
  const own = of(service);
  const itsSpec = servicesOf(spec).find(({ name }) => name === service);
  if (!own || !itsSpec || own.status !== "running") throw new Error(`${service} is not running`);
  const writers = source.writers.flatMap((name) => of(name) ?? []);
  return {
    deployment: live.id,
    source,
    writers,
    subject: {
      ...{ service, method: source.method, container: own.id, image: itsSpec.image },
      owner: { product: installation.productId, installation: id, deployment: own.owner.deployment },
      volumes: source.volumes.map(({ volume, path }) => ({
        name: volumeName(instance, id, source.stack, volume),
        path,
      })),
      writers: writers.filter(({ status }) => status === "running").map((writer) => writer.id),
    },
  };
}
