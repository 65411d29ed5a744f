import type { Detected } from "./detected.ts";
import { fromDockerfile } from "./from-dockerfile.ts";
import { type ManifestStack, readManifest, unnamedStack } from "./manifest.ts";
import { notRecognised } from "./not-recognised.ts";
import { type Plan, PlanProblem, type SourceTree } from "./plan.ts";
import { providers } from "./providers.ts";
import { planService } from "./service-plan.ts";
import { firstOf, subtree } from "./source-tree.ts";

export interface PlanOptions {
  /** The product's slug. */
  readonly product: string;
  /** How long a service may take to become healthy where baton.yaml doesn't say. */
  readonly healthTimeoutMs: number;
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
  const detected = await detect(folder, stack);
  const name = named ? stack.name : detected.kind;
  const { service, decisions } = planService(name, stack, detected, options.healthTimeoutMs);
  return {
    stacks: [{ name: stack.name, services: [service] }],
    decisions: [...detected.decisions, ...decisions],
    warnings: [...detected.warnings, ...unusedCompose(folder)],
  };
}

async function detect(folder: SourceTree, stack: ManifestStack): Promise<Detected> {
  if (stack.dockerfile !== undefined || folder.files.has("Dockerfile")) {
    return fromDockerfile(folder, stack.dockerfile ?? "Dockerfile", stack.target ?? null);
  }
  if (stack.target !== undefined) {
    throw new PlanProblem(`baton.yaml names a build stage for ${stack.name}, but there is no Dockerfile`);
  }
  for (const provider of providers) {
    const detected = await provider.detect(folder);
    if (detected) return detected;
  }
  throw notRecognised(folder, stack.path, providers);
}

function unusedCompose(folder: SourceTree): readonly string[] {
  const file = firstOf(folder, composeFiles);
  return file === null ? [] : [`${file} is not used: Baton does not deploy compose files yet`];
}
