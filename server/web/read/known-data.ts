import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import { type Engine, EngineUnavailable } from "../../ports/engine/engine.ts";
import type { ImageInfo } from "../../ports/engine/images.ts";
import { withDataInContainers } from "../../rules/data/data-in-container.ts";
import { unnamedVolumes, withLastingVolumes } from "../../rules/data/lasting-data.ts";

/** Data that is deleted with its containers, and not only with volumes. */
export interface DataAtStake {
  readonly service: string;
  readonly path: string;
}

/** Adds what the images say about where data is kept, because an older Baton did not record that. */
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

/**
 * Finds the data that is lost when this version's containers are removed. `spec` is the recorded one, which describes
 * the containers as they are.
 */
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

/** If Docker does not answer, the recorded facts are better than none. */
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
