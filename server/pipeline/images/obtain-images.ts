import { defaultPort } from "../../../builder/manifest/service-defaults.ts";
import type { BuildRecipe, ServicePlan } from "../../../builder/plan/plan.ts";
import type { DeploymentSpec, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import type { CommitSha, ImageId } from "../../model/names/ids.ts";
import { withSources } from "../containers/service-mounts.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import type { PlannedTree } from "../source/plan.ts";
import { buildService } from "./build.ts";
import { haveImage, pullAgain } from "./pull.ts";
import type { ReusableImages } from "./reusable-images.ts";

type ServiceImage = Pick<ServiceSpec, "image" | "pulledAs">;

/** A version whose images are needed. */
interface PlannedVersion {
  readonly commit: CommitSha;
  readonly planned: PlannedTree;
  readonly variables: DeploymentSpec["variables"];
  readonly reusable: ReusableImages;
}

/**
 * Builds or pulls every image of the plan, one after the other. A former version's images are reused; a fresh
 * deployment pulls them again. Running containers are not touched.
 */
export async function obtainImages(context: DeploymentContext, version: PlannedVersion): Promise<readonly StackSpec[]> {
  const { plan, entries, rootDirectory } = version.planned;
  context.progress.list(plan.stacks);
  const imageOf = createImageSource(context, version);
  const specs: StackSpec[] = [];
  for (const stack of plan.stacks) {
    const services: ServiceSpec[] = [];
    for (const planned of stack.services) {
      const { source, at: _, ...service } = planned;
      const image = await imageOf(planned);
      const port = await portOf(context, planned, image.image);
      const spec = { ...service, ...port, ...image, basedOn: basedOn(source), keptFrom: null };
      services.push(withSources(spec, entries, rootDirectory));
    }
    specs.push({ name: stack.name, services });
  }
  return specs;
}

/** Finds, pulls or builds the image of each service. An image that several services share is built or pulled once. */
function createImageSource(context: DeploymentContext, version: PlannedVersion) {
  const { progress, deployment } = context;
  const { commit, variables, reusable } = version;
  const { entries, rootDirectory } = version.planned;
  const built = new Map<BuildRecipe, ImageId>();
  const pulled = new Map<string, ImageId>();

  return async (plan: ServicePlan): Promise<ServiceImage> => {
    const { source, name } = plan;
    const known = reusable.get(name);
    if (known?.pulledAs === (source.type === "image" ? source.reference : null)) return upToDate(name, known);
    if (source.type === "build") return { image: await build(plan, source.recipe), pulledAs: null };
    progress.enter("Pulling images", name);
    const { reference } = source;
    return upToDate(name, { image: await haveImage(context, name, reference), pulledAs: reference });
  };

  async function build(plan: ServicePlan, recipe: BuildRecipe): Promise<ImageId> {
    const known = built.get(recipe);
    if (known) return known;
    progress.enter("Building images", plan.name);
    const image = await buildService(context, { commit, plan, recipe, entries, rootDirectory, variables });
    built.set(recipe, image);
    return image;
  }

  async function upToDate(service: string, known: ServiceImage): Promise<ServiceImage> {
    const { image, pulledAs } = known;
    if (!deployment.fresh || pulledAs === null) return known;
    const now = pulled.get(pulledAs) ?? (await pullAgain(context, service, pulledAs, image));
    pulled.set(pulledAs, now);
    return { image: now, pulledAs };
  }
}

function basedOn(source: ServicePlan["source"]): string | null {
  return source.type === "image" ? source.reference : (source.recipe.basedOn ?? null);
}

/**
 * The port of a service. Where neither the user nor the Dockerfile named one, the finished image or its base may expose
 * one.
 */
async function portOf(
  { engine, journal, signal }: DeploymentContext,
  plan: ServicePlan,
  image: ImageId,
): Promise<Pick<ServicePlan, "port" | "portDeclared">> {
  const { name, kind, port, portDeclared } = plan;
  if (kind === "worker" || kind === "init" || portDeclared) return { port, portDeclared };
  const info = await engine.inspectImage(image, signal);
  const exposed = info?.exposedPorts.find(({ protocol }) => protocol === "tcp");
  if (exposed && exposed.port !== port) {
    journal.note(`${name}: port ${exposed.port} (exposed by its image)`);
    return { port: exposed.port, portDeclared: true };
  }
  if (port !== null) return { port, portDeclared };
  if (kind === "web") return { port: defaultPort, portDeclared: false };
  throw new DeploymentFailed({
    stage: "plan",
    service: name,
    message: `nothing says which port ${name} listens on`,
    hint: `Set it with x-baton: { port: 5432 } in its compose file, or EXPOSE in its Dockerfile.`,
  });
}
