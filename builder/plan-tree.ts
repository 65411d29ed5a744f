import { readAppJson } from "./app-json.ts";
import { type BuildMarks, buildSecretsOf, buildVariablesOf } from "./build-variables.ts";
import type { Detected, Installation } from "./detected.ts";
import { fromDockerfile } from "./from-dockerfile.ts";
import { type ManifestHealth, type ManifestStack, readManifest, unnamedStack } from "./manifest.ts";
import { notRecognised } from "./not-recognised.ts";
import { otherLanguage } from "./other-languages.ts";
import { type Plan, PlanProblem, type SourceTree } from "./plan.ts";
import { leftOff, readProcfile } from "./procfile.ts";
import { staticFiles } from "./providers/static.ts";
import { providers } from "./providers.ts";
import { planService } from "./service-plan.ts";
import { firstOf, subtree } from "./source-tree.ts";

export interface PlanOptions {
  /** The product's slug. */
  readonly product: string;
  /** How long a service may take to become healthy where baton.yaml doesn't say. */
  readonly healthTimeoutMs: number;
  /** Names of the installation's variables: those that are public by their name reach the build. */
  readonly variableNames?: readonly string[];
  /** What users said of single ones: whether the build gets them. */
  readonly buildMarks?: BuildMarks;
}

const composeFiles = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Decides what a version is made of: baton.yaml, else a Dockerfile, else what is recognised. Rejects with PlanProblem. */
export async function planTree(tree: SourceTree, options: PlanOptions): Promise<Plan> {
  if (tree.files.size === 0) throw new PlanProblem(`the repository of ${options.product} holds no files`);

  const named = (await readManifest(tree))?.[0];
  const stack = named ?? unnamedStack("app");
  const folder = subtree(tree, stack.path);
  if (folder.files.size === 0) {
    throw new PlanProblem(`baton.yaml says that ${stack.name} lives in ${stack.path}/, but there is nothing`);
  }
  const detected = await detect(folder, stack, {
    buildVariables: buildVariablesOf(options.variableNames ?? [], options.buildMarks),
    buildSecrets: buildSecretsOf(options.variableNames ?? [], options.buildMarks),
    around: stack.path === "" ? null : { tree, folder: stack.path },
  });
  const name = named ? stack.name : detected.kind;
  const app = await readAppJson(folder, detected.kind);
  const asked = { ...stack, health: { ...app.health, ...defined(stack.health) } };
  const { service, decisions } = planService(name, asked, detected, options.healthTimeoutMs);
  const unused = detected.recipe.generate === null ? null : leftOff(await readProcfile(folder), detected.kind);
  return {
    stacks: [{ name: stack.name, services: [service] }],
    decisions: [...detected.decisions, ...decisions, ...app.decisions],
    warnings: [...detected.warnings, ...(unused === null ? [] : [unused]), ...app.warnings, ...unusedCompose(folder)],
  };
}

async function detect(folder: SourceTree, stack: ManifestStack, installation: Installation): Promise<Detected> {
  if (stack.dockerfile !== undefined || folder.files.has("Dockerfile")) {
    return fromDockerfile(folder, stack.dockerfile ?? "Dockerfile", stack.target ?? null, installation);
  }
  if (stack.target !== undefined) {
    throw new PlanProblem(`baton.yaml names a build stage for ${stack.name}, but there is no Dockerfile`);
  }
  for (const provider of providers) {
    if (provider === staticFiles) refuseOtherLanguage(folder);
    const detected = await provider.detect(folder, installation);
    if (detected) return detected;
  }
  throw notRecognised(folder, stack.path, providers);
}

/** Pages beside a program in another language are part of it, not all of it. */
function refuseOtherLanguage(folder: SourceTree): void {
  const problem = otherLanguage(folder);
  if (problem !== null) throw problem;
}

function defined(health: ManifestHealth): ManifestHealth {
  return Object.fromEntries(Object.entries(health).filter(([, value]) => value !== undefined));
}

function unusedCompose(folder: SourceTree): readonly string[] {
  const file = firstOf(folder, composeFiles);
  return file === null ? [] : [`${file} is not used: Baton does not deploy compose files yet`];
}
