import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import { type Engine, EngineUnavailable, type ImageInfo } from "../../ports/engine.ts";
import { withDataInContainers } from "../../rules/data/data-in-container.ts";
import { unnamedVolumes, withLastingVolumes } from "../../rules/data/lasting-data.ts";

/** Data that goes with the containers that have it, and not only with volumes. */
export interface DataAtStake {
  readonly service: string;
  readonly path: string;
}

/** The spec with what its images tell of where data is: an older Baton has noted nothing of that. */
export async function withKnownData(
  { engine }: { readonly engine: Engine },
  spec: DeploymentSpec,
  signal: AbortSignal,
): Promise<DeploymentSpec> {
  const images = await inspected(engine, servicesOf(spec), signal);
  const { stacks } = withLastingVolumes(spec.stacks, (image) => images.get(image)?.volumes ?? []);
  const imageEnvironment = ({ image }: ServiceSpec) => images.get(image)?.environment ?? {};
  return { ...spec, stacks: withDataInContainers(stacks, { variables: spec.variables, imageEnvironment }) };
}

/** What is lost when the containers of this version are removed. `spec` as it was made: its containers are as it says. */
export async function dataAtStake(
  needs: { readonly engine: Engine },
  spec: DeploymentSpec,
  signal: AbortSignal,
): Promise<readonly DataAtStake[]> {
  const known = await withKnownData(needs, spec, signal);
  const lasting = new Set(unnamedVolumes(spec.stacks).map(({ volume }) => volume));
  return [
    ...servicesOf(known).flatMap(({ name, dataInContainer }) =>
      dataInContainer ? [{ service: name, path: dataInContainer.path }] : [],
    ),
    ...unnamedVolumes(known.stacks).filter(({ volume }) => !lasting.has(volume)),
  ];
}

/** What was noted is better than nothing where Docker does not answer. */
async function inspected(
  engine: Engine,
  services: readonly ServiceSpec[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ImageInfo>> {
  const images = [...new Set(services.map(({ image }) => image))];
  try {
    const infos = await Promise.all(images.map((image) => engine.inspectImage(image, signal)));
    return new Map(infos.flatMap((info, index) => (info ? [[images[index] ?? "", info] as const] : [])));
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return new Map();
  }
}
