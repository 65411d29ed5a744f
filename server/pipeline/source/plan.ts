import { type Plan, PlanProblem } from "../../../builder/plan/plan.ts";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import type { SourceRules } from "../../../builder/source/allowed-sources.ts";
import { sourceTree } from "../../../builder/source/source-tree.ts";
import type { BuildSettings, DeploymentSpec } from "../../model/deployment/spec.ts";
import type { CommitSha } from "../../model/names/ids.ts";
import { faultInRoute } from "../../model/names/sound-route.ts";
import type { ServiceSettings } from "../../model/service-settings.ts";
import { type TreeEntry, type TreeLimits, TreeTooLarge } from "../../ports/git.ts";
import { hostsFor } from "../../rules/routing/urls.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

/** Generous for real repositories, far from what a tree bomb makes of 100 KB. */
const treeLimits: TreeLimits = {
  maxEntries: 100_000,
  maxFileBytes: 512 * 1024 * 1024,
  maxTotalBytes: 2 * 1024 * 1024 * 1024,
};
/** Files that the plan reads: manifests and lockfiles. */
const maxReadBytes = 16 * 1024 * 1024;
/** For all look-ups of a plan: a machine whose resolver keeps quiet deploys what it has. */
const lookUpMs = 1_500;

export interface Planned {
  readonly plan: Plan;
  /** What of the repository the plan is about; paths are relative to `rootDirectory`. */
  readonly entries: readonly TreeEntry[];
  /** The folder that is the product; empty for all of the repository. */
  readonly rootDirectory: string;
}

/** What a version gets from outside its repository. */
export interface Given {
  /** Compose files are filled in with them, too. */
  readonly variables: DeploymentSpec["variables"];
  /** Names of those that are not secret. */
  readonly plainVariables: readonly string[];
  readonly settings: ReadonlyMap<string, ServiceSettings>;
  readonly buildSettings: BuildSettings;
}

/** Reads the commit's tree and decides what it is made of and how that is built. */
export async function planVersion(
  world: PipelineContext,
  work: DeploymentContext,
  commit: CommitSha,
  given: Given,
  signal: AbortSignal,
): Promise<Planned> {
  const { journal } = work;
  journal.stage("plan", "Reading the repository");
  try {
    const planned = await readPlan(world, work, commit, given, signal);
    checkHosts(world, work, planned.plan);
    for (const decision of planned.plan.decisions) journal.note(decision);
    for (const warning of planned.plan.warnings) journal.warn(warning);
    return planned;
  } catch (error) {
    if (error instanceof PlanProblem) {
      throw new DeploymentFailed({ stage: "plan", message: error.message, hint: error.hint }, { cause: error });
    }
    if (error instanceof TreeTooLarge) {
      throw new DeploymentFailed(
        { stage: "plan", message: error.message, hint: "Keep large files out of the repository." },
        { cause: error },
      );
    }
    throw error;
  }
}

/** Every address that the version would have can be served. Those that users gave it are looked at when they are given. */
function checkHosts({ limits }: PipelineContext, { product, environment }: DeploymentContext, plan: Plan): void {
  const routes = hostsFor({
    product: product.slug,
    environment: environment.name,
    domain: environment.domain ?? limits.domain,
    services: plan.stacks.flatMap(({ services }) => services),
    custom: [],
  });
  const fault = routes.map(faultInRoute).find((message) => message !== null);
  if (!fault) return;
  const whose = environment.domain === null ? "BATON_DOMAIN" : `the environment ${environment.name}`;
  throw new PlanProblem(`this version cannot be served: ${fault}`, `Use a shorter domain for ${whose}.`);
}

/** Where images, and what Dockerfiles fetch, may come from. */
function sourceRules({ limits, reach, clock }: PipelineContext, signal: AbortSignal): SourceRules {
  let soon: AbortSignal | undefined;
  return {
    allowPrivate: limits.allowPrivateRepositories,
    ownRegistry: limits.mirrorRegistry,
    addressesOf: (host) => {
      soon ??= AbortSignal.any([signal, clock.timeout(lookUpMs)]);
      return reach.addressesOf(host, soon);
    },
  };
}

/** The same without a word in the log. Rejects with PlanProblem or TreeTooLarge. */
export async function readPlan(
  world: PipelineContext,
  { product }: DeploymentContext,
  commit: CommitSha,
  { variables, plainVariables, settings, buildSettings }: Given,
  signal: AbortSignal,
): Promise<Planned> {
  const { rootDirectory, marks } = buildSettings;
  const entries = below(rootDirectory, await world.git.listTree(product.id, commit, treeLimits, signal));
  const root = rootDirectory === "" ? "" : `${rootDirectory}/`;
  const tree = sourceTree(entries, (path) => world.git.readFile(product.id, commit, root + path, maxReadBytes, signal));
  const plan = await planTree(tree, {
    healthTimeoutMs: world.limits.healthTimeoutMs,
    variables,
    visible: new Set(plainVariables),
    settings,
    buildMarks: marks,
    machine: await world.engine.machine(signal),
    sources: sourceRules(world, signal),
  });
  return { plan, entries, rootDirectory };
}

/** As if the folder were all of the repository: nothing after this knows of the rest. */
function below(folder: string, entries: readonly TreeEntry[]): readonly TreeEntry[] {
  if (folder === "") return entries;
  const prefix = `${folder}/`;
  const inside = entries.filter(({ path }) => path.startsWith(prefix));
  if (inside.length === 0) {
    throw new PlanProblem(`the repository has no folder ${folder}, which is this product's root directory`);
  }
  return inside.map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }));
}
