import { type Plan, PlanProblem } from "../../../builder/plan/plan.ts";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import type { SourceRules } from "../../../builder/source/allowed-sources.ts";
import { sourceTree } from "../../../builder/source/source-tree.ts";
import type { CommitSha } from "../../model/names/ids.ts";
import { faultInRoute } from "../../model/names/sound-route.ts";
import { type TreeEntry, type TreeLimits, TreeTooLarge } from "../../ports/git.ts";
import { hostsFor } from "../../rules/routing/urls.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import type { VersionInputs } from "./version-inputs.ts";

/** Generous for real repositories, but far below what a tree bomb makes of 100 KB. */
const treeLimits: TreeLimits = {
  maxEntries: 100_000,
  maxFileBytes: 512 * 1024 * 1024,
  maxTotalBytes: 2 * 1024 * 1024 * 1024,
};
/** The limit of the files that the plan reads: manifests and lockfiles. */
const maxReadBytes = 16 * 1024 * 1024;
/** The limit for all look-ups of a plan, so that a machine without a resolver still deploys. */
const lookUpMs = 1_500;

export interface PlannedTree {
  readonly plan: Plan;
  /** The files of the plan. Paths are relative to `rootDirectory`. */
  readonly entries: readonly TreeEntry[];
  /** The product's folder in the repository; empty for the whole repository. */
  readonly rootDirectory: string;
}

/** Reads the commit's tree, decides how it is built and run, and logs the decisions. Rejects with DeploymentFailed. */
export async function planVersion(
  context: DeploymentContext,
  commit: CommitSha,
  inputs: VersionInputs,
): Promise<PlannedTree> {
  const { journal } = context;
  journal.stage("plan", "Reading the repository");
  try {
    const planned = await readPlan(context, commit, inputs);
    checkHosts(context, planned.plan);
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

/** Rejects a version whose addresses cannot be served. Custom domains were checked when users entered them. */
function checkHosts({ limits, product, environment }: DeploymentContext, plan: Plan): void {
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

/** The addresses that images, and downloads in Dockerfiles, may come from. */
function sourceRules({ limits, reach, clock, signal }: DeploymentContext): SourceRules {
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

/** Plans without logging. Rejects with PlanProblem or TreeTooLarge. */
export async function readPlan(
  context: DeploymentContext,
  commit: CommitSha,
  { variables, plainVariables, settings, buildSettings }: VersionInputs,
): Promise<PlannedTree> {
  const { git, engine, limits, product, signal } = context;
  const { rootDirectory, marks } = buildSettings;
  const [listed, machine] = await Promise.all([
    git.listTree(product.id, commit, treeLimits, signal),
    engine.machine(signal),
  ]);
  const entries = below(rootDirectory, listed);
  const root = rootDirectory === "" ? "" : `${rootDirectory}/`;
  const tree = sourceTree(entries, (path) => git.readFile(product.id, commit, root + path, maxReadBytes, signal));
  const plan = await planTree(tree, {
    healthTimeoutMs: limits.healthTimeoutMs,
    variables,
    visible: new Set(plainVariables),
    settings,
    buildMarks: marks,
    machine,
    sources: sourceRules(context),
  });
  return { plan, entries, rootDirectory };
}

/** The folder's entries, as if it were the whole repository. */
function below(folder: string, entries: readonly TreeEntry[]): readonly TreeEntry[] {
  if (folder === "") return entries;
  const prefix = `${folder}/`;
  const inside = entries.filter(({ path }) => path.startsWith(prefix));
  if (inside.length === 0) {
    throw new PlanProblem(`the repository has no folder ${folder}, which is this product's root directory`);
  }
  return inside.map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }));
}
