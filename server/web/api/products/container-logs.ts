import { plainText } from "../../../../views/text/terminal-text.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import { replicasOf } from "../../../rules/rollout/container-of.ts";
import { replicaName } from "../../../rules/rollout/replicas.ts";
import type { WebAdapters } from "../../adapters.ts";
import { notFound } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";
import { answerWithText } from "../../streams/text-stream.ts";

/**
 * Streams the output of the live deployment's containers. If there are several services, each line begins with the
 * service's name, with the number of the replica if it has several.
 */
export async function streamContainerLogs(
  c: WebContext,
  needs: Pick<WebAdapters, "engine" | "store" | "log" | "closing">,
  { installation }: InstallationRef,
  query: {
    readonly service?: string | undefined;
    readonly replica?: number | undefined;
    readonly tail: number;
    readonly follow: string;
  },
): Promise<Response> {
  const { engine, store } = needs;
  const live =
    installation.liveDeploymentId === null ? null : await store.deployments.get(installation.liveDeploymentId);
  const spec = live && specOf(live);
  const all = spec ? await engine.listContainers({ installation: installation.id }, c.req.raw.signal) : [];
  const containers = servicesOf(spec ?? { stacks: [] })
    .filter(({ name }) => query.service === undefined || name === query.service)
    .flatMap((service) => (live ? replicasOf(live.id, service, all) : []))
    .filter(({ replica }) => query.replica === undefined || replica === query.replica);
  if (query.service !== undefined && containers.length === 0) throw notFound(`running service "${query.service}"`);
  const several = new Set(containers.flatMap(({ service, replica }) => (replica > 1 ? [service] : [])));
  const nameOf = ({ service, replica }: ContainerState) => replicaName(service, replica, several.has(service) ? 2 : 1);
  const follow = query.follow === "true" || query.follow === "1";
  const redact = await redactOutputOf(store, installation.id, containers);

  return answerWithText(c, needs, async (write, signal) => {
    const copy = async (container: ContainerState) => {
      const prefix = containers.length > 1 ? `${nameOf(container)} | ` : "";
      const lines = engine.logs(container.id, { follow, tail: query.tail, timestamps: false }, signal);
      for await (const line of lines) await write(`${prefix}${plainText(redact(line.text))}\n`);
    };
    if (follow) await Promise.all(containers.map(copy));
    else for (const container of containers) await copy(container);
  });
}
