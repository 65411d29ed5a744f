import type { BaseName, BuildRecipe, OwnWord, ServicePlan } from "../../../builder/plan/plan.ts";
import { secretsVersionArgument } from "../../../builder/source/build-secrets.ts";
import { contextEntries } from "../../../builder/source/context.ts";
import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import type { CommitSha, ImageId } from "../../model/names/ids.ts";
import { BuildFailed, type BuildRequest } from "../../ports/engine/images.ts";
import type { TreeEntry } from "../../ports/git.ts";
import { HostPackagesUnavailable } from "../../ports/host/host-packages.ts";
import { imageTag } from "../../rules/rollout/retention.ts";
import { type DeploymentContext, ownerOf } from "../context/context.ts";
import { requireSpace } from "../context/require-space.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import { recordOutput } from "../record/record-output.ts";
import { buildFailure, linesThatExplain } from "./failure/build-failure.ts";
import { explainNotMade } from "./failure/not-made.ts";
import { explainOldFrontend } from "./failure/old-frontend.ts";
import { secretsVersion } from "./secrets-version.ts";

/** The build of a service's image from its commit. */
interface ServiceBuild {
  readonly commit: CommitSha;
  readonly plan: ServicePlan;
  readonly recipe: BuildRecipe;
  readonly entries: readonly TreeEntry[];
  readonly rootDirectory: string;
  readonly variables: DeploymentSpec["variables"];
}

/** Rejects with DeploymentFailed, which gives the reason, when the build fails or its base image cannot be made. */
export async function buildService(context: DeploymentContext, build: ServiceBuild): Promise<ImageId> {
  const { engine, clock, journal, signal } = context;
  const { name } = build.plan;
  await requireSpace(context, "build");
  const beganMs = clock.monotonicMs();
  try {
    const request = await requestFor(context, build);
    const image = await engine.build(request, recordOutput(journal, "build", name), signal);
    journal.endOfOutput("build", name);
    journal.note(`Image ready (${seconds(clock.monotonicMs() - beganMs)})`);
    return image;
  } catch (error) {
    journal.endOfOutput("build", name);
    if (error instanceof BuildFailed) throw await explain(context, build, error);
    if (!(error instanceof HostPackagesUnavailable)) throw error;
    const message = `the base image cannot be built: ${error.message}`;
    throw new DeploymentFailed({ stage: "build", service: name, message }, { cause: error });
  }
}

async function requestFor(context: DeploymentContext, build: ServiceBuild): Promise<BuildRequest> {
  const { engine, git, instance, product, deployment, journal, signal } = context;
  const { commit, plan, recipe, entries } = build;
  const references = await provideBases(context, recipe);
  journal.stage("build", `Building ${plan.name}`);

  const chosen = contextEntries(entries, recipe);
  for (const warning of chosen.warnings) journal.warn(warning);
  const extraFiles = new Map<string, string | Buffer>(recipe.extraFiles);
  if (recipe.generate) {
    const generated = recipe.generate((base) => references.get(base) ?? base);
    extraFiles.set(recipe.dockerfile, generated);
  }
  if (recipe.neededStages && (await engine.info(signal)).builder === "classic") {
    extraFiles.set(recipe.dockerfile, recipe.neededStages);
  }
  const archive = {
    ...{ entries: chosen.entries, stripPrefix: recipe.contextFolder, extraFiles },
    ...(recipe.keepsLink && { keepsLink: recipe.keepsLink }),
  };
  const { args, secrets } = argsAndSecrets(context, build);
  return {
    context: git.archive(product.id, commit, archive, signal),
    dockerfile: recipe.dockerfile,
    tag: imageTag(instance, product.id, plan.name, deployment.id),
    target: recipe.target,
    args: { ...recipe.args, ...args },
    secrets,
    owner: ownerOf(context),
    cacheNamespace: `baton-${instance}-${product.id}`,
  };
}

async function explain(context: DeploymentContext, build: ServiceBuild, error: BuildFailed): Promise<DeploymentFailed> {
  const { engine, git, product, journal, signal } = context;
  const { commit, plan, recipe, entries, rootDirectory } = build;
  const explained = recipe.generate
    ? explainNotMade(recipe, error)
    : explainOldFrontend(recipe, error, (await engine.info(signal)).version);
  const root = rootDirectory === "" ? "" : `${rootDirectory}/`;
  const text = (path: string) => textOf(git.readFile(product.id, commit, root + path, maxTextBytes, signal));
  return buildFailure(error, {
    service: plan.name,
    recipe,
    entries,
    variables: Object.values(argsAndSecrets(context, build)).flatMap((values) => Object.keys(values)),
    lines: journal.lastLines(linesThatExplain),
    explained,
    dockerfile: recipe.generate ? null : await text(inContext(recipe)),
    gitignore: await text(".gitignore"),
  });
}

/** The values of the variables that the recipe names, and what Baton itself passes. The build gets no others. */
function argsAndSecrets(
  { deployment }: DeploymentContext,
  { commit, recipe, variables }: ServiceBuild,
): Required<Pick<BuildRequest, "args" | "secrets">> {
  const { buildVariables = [], buildSecrets = [], ownArguments = [], ownSecrets = [] } = recipe;
  const own: Readonly<Record<OwnWord, string>> = { BATON_COMMIT: commit, BATON_DEPLOYMENT: String(deployment.id) };
  const ownAmong = (names: readonly OwnWord[]) => Object.fromEntries(names.map((name) => [name, own[name]]));
  const among = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
  const secrets = among(buildSecrets);
  const version = Object.keys(secrets).length > 0 ? { [secretsVersionArgument]: secretsVersion(secrets) } : {};
  return {
    args: { ...ownAmong(ownArguments), ...among(buildVariables), ...version },
    secrets: { ...ownAmong(ownSecrets), ...secrets },
  };
}

/** Dockerfiles and ignore files are far smaller. */
const maxTextBytes = 1024 * 1024;

/** These files only help to explain a failure, so failing to read one is ignored. */
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

/**
 * The base of a generated Dockerfile may come from a registry. An image that a user's Dockerfile calls `baton/…` is
 * always made here.
 */
async function provideBases(
  { baseImages, journal, signal }: DeploymentContext,
  recipe: BuildRecipe,
): Promise<ReadonlyMap<BaseName, string>> {
  const provide = recipe.generate ? baseImages.resolve : baseImages.ensureLocal;
  const references = new Map<BaseName, string>();
  for (const base of recipe.bases) {
    references.set(base, await provide(base, journal.note, recordOutput(journal, "base-image", null), signal));
  }
  return references;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
