import { defaultPort } from "../../../builder/manifest/service-defaults.ts";
import type { BaseName, BuildRecipe, OwnWord, ServicePlan } from "../../../builder/plan/plan.ts";
import { secretsVersionArgument } from "../../../builder/source/build-secrets.ts";
import { contextEntries } from "../../../builder/source/context.ts";
import type { DeploymentSpec, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import type { CommitSha, ImageId } from "../../model/names/ids.ts";
import { BuildFailed, type BuildRequest } from "../../ports/engine.ts";
import type { TreeEntry } from "../../ports/git.ts";
import { DistributionUnavailable } from "../../ports/host/host-packages.ts";
import { imageTag } from "../../rules/rollout/retention.ts";
import { secretsVersion } from "../containers/secrets-version.ts";
import { withSources } from "../containers/service-mounts.ts";
import { type DeploymentContext, ownerOf, type PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { recordOutput } from "../record/record-output.ts";
import type { Planned } from "../source/plan.ts";
import { buildFailure, linesThatExplain } from "./failure/build-failure.ts";
import { explainNotMade } from "./failure/not-made.ts";
import { explainOldFrontend } from "./failure/old-frontend.ts";
import { haveImage, pullAnew } from "./pull.ts";

/** What a former version has ready, by service; its images are used again. */
export type Former = ReadonlyMap<string, Pick<ServiceSpec, "image" | "pulledAs">>;

/**
 * Every image of the plan, built or pulled, one after the other; those of a former version of the same commit are used
 * again, and pulled anew where that is wanted. Nothing that runs is touched.
 */
export async function obtainImages(
  world: PipelineContext,
  work: DeploymentContext,
  commit: CommitSha,
  { plan: { stacks }, entries, rootDirectory }: Planned,
  variables: DeploymentSpec["variables"],
  former: Former,
  signal: AbortSignal,
): Promise<readonly StackSpec[]> {
  const { progress } = work;
  progress.list(stacks);
  // Services that are started in different ways from one recipe share its image.
  const built = new Map<BuildRecipe, ImageId>();

  async function imageOf(plan: ServicePlan): Promise<Pick<ServiceSpec, "image" | "pulledAs">> {
    const { source, name } = plan;
    const known = former.get(name);
    if (known?.pulledAs === (source.type === "image" ? source.reference : null)) {
      return work.deployment.fresh ? { ...known, image: await anew(name, known) } : known;
    }
    if (source.type === "image") {
      progress.enter("Pulling images", name);
      const { reference } = source;
      const image = await haveImage(world, work, name, reference, signal);
      return {
        image: work.deployment.fresh ? await anew(name, { image, pulledAs: reference }) : image,
        pulledAs: reference,
      };
    }
    const image = built.get(source.recipe);
    if (image) return { image, pulledAs: null };
    progress.enter("Building images", name);
    const { recipe } = source;
    const made = await buildService(world, work, { commit, plan, recipe, entries, rootDirectory, variables }, signal);
    built.set(source.recipe, made);
    return { image: made, pulledAs: null };
  }

  const pulled = new Map<string, ImageId>();
  async function anew(service: string, { image, pulledAs }: Pick<ServiceSpec, "image" | "pulledAs">): Promise<ImageId> {
    if (pulledAs === null) return image;
    const now = pulled.get(pulledAs) ?? (await pullAnew(world, work, service, pulledAs, image, signal));
    pulled.set(pulledAs, now);
    return now;
  }

  const specs: StackSpec[] = [];
  for (const stack of stacks) {
    const services: ServiceSpec[] = [];
    for (const plan of stack.services) {
      const { source, at: _, ...service } = plan;
      const image = await imageOf(plan);
      const port = await portOf(world, work, plan, image.image, signal);
      services.push(
        withSources(
          { ...service, ...port, ...image, basedOn: basedOn(source), keptFrom: null },
          entries,
          rootDirectory,
        ),
      );
    }
    specs.push({ name: stack.name, services });
  }
  return specs;
}

function basedOn(source: ServicePlan["source"]): string | null {
  return source.type === "image" ? source.reference : (source.recipe.basedOn ?? null);
}

/** Where neither the user nor the Dockerfile named a port the finished image may: it has its own, or inherits its base's. */
async function portOf(
  world: PipelineContext,
  work: DeploymentContext,
  plan: ServicePlan,
  image: ImageId,
  signal: AbortSignal,
): Promise<Pick<ServicePlan, "port" | "portDeclared">> {
  const { name, kind, port, portDeclared } = plan;
  if (kind === "worker" || kind === "init" || portDeclared) return { port, portDeclared };
  const info = await world.engine.inspectImage(image, signal);
  const exposed = info?.exposedPorts.find(({ protocol }) => protocol === "tcp");
  if (exposed && exposed.port !== port) {
    work.journal.note(`${name}: port ${exposed.port} (exposed by its image)`);
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

interface Making {
  readonly commit: CommitSha;
  readonly plan: ServicePlan;
  readonly recipe: BuildRecipe;
  readonly entries: readonly TreeEntry[];
  readonly rootDirectory: string;
  readonly variables: DeploymentSpec["variables"];
}

async function buildService(
  world: PipelineContext,
  work: DeploymentContext,
  making: Making,
  signal: AbortSignal,
): Promise<ImageId> {
  const { engine, git } = world;
  const { commit, plan, recipe, entries } = making;
  const { product, deployment, journal } = work;
  const began = world.clock.monotonicMs();
  try {
    const references = await provideBases(world, work, recipe, signal);
    journal.stage("build", `Building ${plan.name}`);

    const chosen = contextEntries(entries, recipe);
    for (const warning of chosen.warnings) journal.warn(warning);
    const extraFiles = new Map<string, string | Buffer>(recipe.extraFiles);
    if (recipe.generate)
      extraFiles.set(
        recipe.dockerfile,
        recipe.generate((base) => references.get(base) ?? base),
      );
    if (recipe.neededStages && (await engine.info(signal)).builder === "classic") {
      extraFiles.set(recipe.dockerfile, recipe.neededStages);
    }

    const told = toldTo(work, making);
    const context = git.archive(
      product.id,
      commit,
      {
        ...{ entries: chosen.entries, stripPrefix: recipe.contextFolder, extraFiles },
        ...(recipe.keepsLink && { keepsLink: recipe.keepsLink }),
      },
      signal,
    );
    const image = await engine.build(
      {
        context,
        dockerfile: recipe.dockerfile,
        tag: imageTag(world.instance, product.id, plan.name, deployment.id),
        target: recipe.target,
        args: { ...recipe.args, ...told.args },
        secrets: told.secrets,
        owner: ownerOf(work),
        cacheNamespace: `baton-${world.instance}-${product.id}`,
      },
      recordOutput(work, "build", plan.name),
      signal,
    );
    journal.endOfOutput("build", plan.name);
    journal.note(`Image ready (${seconds(world.clock.monotonicMs() - began)})`);
    return image;
  } catch (error) {
    journal.endOfOutput("build", plan.name);
    if (error instanceof BuildFailed) {
      const explained = recipe.generate
        ? explainNotMade(recipe, error)
        : explainOldFrontend(recipe, error, (await engine.info(signal)).version);
      const file = (path: string) => git.readFile(product.id, commit, path, maxTextBytes, signal);
      const root = making.rootDirectory === "" ? "" : `${making.rootDirectory}/`;
      throw buildFailure(error, {
        service: plan.name,
        recipe,
        entries,
        variables: Object.values(toldTo(work, making)).flatMap((told) => Object.keys(told)),
        lines: journal.lastLines(linesThatExplain),
        explained,
        dockerfile: recipe.generate ? null : await textOf(file(root + inContext(recipe))),
        gitignore: await textOf(file(`${root}.gitignore`)),
      });
    }
    if (error instanceof DistributionUnavailable) {
      throw new DeploymentFailed(
        { stage: "build", service: plan.name, message: `the base image cannot be built: ${error.message}` },
        { cause: error },
      );
    }
    throw error;
  }
}

/** Values of the variables that the recipe names, and what Baton itself tells; all others are none of the build's business. */
function toldTo(
  { deployment }: Pick<DeploymentContext, "deployment">,
  { commit, recipe, variables }: Making,
): Required<Pick<BuildRequest, "args" | "secrets">> {
  const { buildVariables = [], buildSecrets = [], told = [], toldInSecret = [] } = recipe;
  const own: Readonly<Record<OwnWord, string>> = { BATON_COMMIT: commit, BATON_DEPLOYMENT: String(deployment.id) };
  const ownAmong = (names: readonly OwnWord[]) => Object.fromEntries(names.map((name) => [name, own[name]]));
  const among = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
  const secrets = among(buildSecrets);
  const version = Object.keys(secrets).length > 0 ? { [secretsVersionArgument]: secretsVersion(secrets) } : {};
  return {
    args: { ...ownAmong(told), ...among(buildVariables), ...version },
    secrets: { ...ownAmong(toldInSecret), ...secrets },
  };
}

/** Dockerfiles and ignore files are far smaller. */
const maxTextBytes = 1024 * 1024;

/** Only to explain: what cannot be read explains nothing. */
async function textOf(file: Promise<Buffer | null>): Promise<string | null> {
  try {
    return (await file)?.toString("utf8") ?? null;
  } catch {
    return null;
  }
}

function inContext({ contextFolder, dockerfile }: BuildRecipe): string {
  return contextFolder === "" ? dockerfile : `${contextFolder}/${dockerfile}`;
}

/** What a generated Dockerfile stands on may come from a registry; what a user's own calls `baton/…` is always made here. */
async function provideBases(
  world: PipelineContext,
  work: DeploymentContext,
  recipe: BuildRecipe,
  signal: AbortSignal,
): Promise<ReadonlyMap<BaseName, string>> {
  const { baseImages } = world;
  const provide = recipe.generate ? baseImages.resolve : baseImages.ensureLocal;
  const references = new Map<BaseName, string>();
  for (const base of recipe.bases) {
    const note = (text: string) => work.journal.note(text);
    references.set(base, await provide(base, note, recordOutput(work, "base-image", null), signal));
  }
  return references;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
