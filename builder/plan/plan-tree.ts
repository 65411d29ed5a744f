import { buildVariablesOf } from "../../server/model/values/build-variables.ts";
import { holdsOnlyData, isForDevelopment } from "../compose/judge/for-development.ts";
import { planCompose, readStack } from "../compose/project/plan-compose.ts";
import { composeFilesIn, inFolder } from "../compose/read/compose-files.ts";
import { dockerfileIn } from "../dockerfile/dockerfile-name.ts";
import type { MachineCapacity } from "../images/machine.ts";
import { otherLanguageOf } from "../languages/other-languages.ts";
import {
  type ComposeStack,
  type FolderStack,
  type ManifestStack,
  readManifest,
  unnamedStack,
} from "../manifest/manifest.ts";
import { describeSettings, type SettingsByService, settingsBeyond } from "../manifest/service-settings.ts";
import type { SourceRules } from "../source/allowed-sources.ts";
import { lfsWarnings } from "../source/lfs-pointers.ts";
import { attemptAll, findingsProblem } from "./findings.ts";
import { type Finding, type Plan, PlanProblem, type SourceTree } from "./plan.ts";
import { planFolder } from "./plan-folder.ts";
import { refusedSources } from "./plan-sources.ts";
import type { PlannedStack } from "./planned-stack.ts";
import { refusedReplicas } from "./refused-replicas.ts";
import { sharedNames, withoutTakenAliases } from "./unique-names.ts";

export interface PlanOptions {
  /** How long a service may take to become healthy where the repository does not say. */
  readonly healthTimeoutMs: number;
  /** The installation's variables. Compose files are interpolated with them, and builds get the public ones. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Health and limits that are set outside the repository, by service. They apply where the repository does not say.
   */
  readonly settings?: SettingsByService;
  /** Names of the variables that anybody may read; none by default. */
  readonly visible?: ReadonlySet<string>;
  /** Variables that the user marked as known "at build" (true) or not (false). For the others the name decides. */
  readonly buildMarks?: Readonly<Record<string, boolean>>;
  /** The most that services may use; undefined when it is unknown. */
  readonly machine?: MachineCapacity | undefined;
  /** Allowed sources of images and of files that Dockerfiles fetch. By default, anything on the internet is allowed. */
  readonly sources?: SourceRules;
}

const onTheInternet: SourceRules = { allowPrivate: false, ownRegistry: null };

/**
 * Plans a version from its baton.yaml, else a compose file, else a Dockerfile, else a recognised app. Rejects with a
 * PlanProblem that holds the findings in all files.
 */
export async function planTree(tree: SourceTree, options: PlanOptions): Promise<Plan> {
  if (tree.files.size === 0) throw new PlanProblem("the repository is empty");
  const named = await readManifest(tree);
  const { stacks, decisions } = named ? { stacks: named, decisions: [] } : await findStack(tree, options);
  const { results, failed } = await attemptAll(stacks, (stack) => planStack(tree, stack, options));
  const findings = [
    ...failed.flatMap(([stack, problem]) => findingsOf(problem, stack, stacks)),
    ...sharedNames(results),
    ...refusedReplicas(results),
    ...(await refusedSources(results, options.variables, options.sources ?? onTheInternet)),
  ];
  if (findings.length > 0)
    throw named ? findingsProblem(findings) : withWayOut(findingsProblem(findings), tree, stacks);

  const { stacks: planned, notes } = withoutTakenAliases(results);
  const all = planned.flatMap(({ services }) => services);
  return {
    stacks: planned,
    decisions: [
      ...decisions,
      ...results.flatMap((stack) => ofStack(stack, stack.decisions, results)),
      ...notes,
      ...describeSettings(all, options.settings ?? new Map()),
    ],
    warnings: [
      ...results.flatMap((stack) => ofStack(stack, stack.warnings, results)),
      ...settingsBeyond(all, options.machine),
      ...unusedCompose(tree, stacks),
      ...(await lfsWarnings(tree)),
    ],
  };
}

/**
 * Returns the one stack of a repository without baton.yaml: the compose file, unless a Dockerfile or an app next to it
 * says more about production; without a compose file, the root folder.
 */
async function findStack(
  tree: SourceTree,
  options: PlanOptions,
): Promise<{ readonly stacks: readonly ManifestStack[]; readonly decisions: readonly string[] }> {
  const [file] = composeFilesIn(tree, "");
  const app = unnamedStack("app");
  if (file === undefined) return { stacks: [app], decisions: [] };
  const compose: ComposeStack = { type: "compose", name: app.name, at: null, file, withOverride: true };
  const reason = await givesWay(tree, compose, app, options);
  return reason === null
    ? { stacks: [compose], decisions: [] }
    : { stacks: [app], decisions: [`${file} gives way to ${reason}`] };
}

/**
 * Returns what is used instead of a compose file because it says more about production, and why; null when nothing is.
 */
async function givesWay(
  tree: SourceTree,
  stack: ComposeStack,
  app: FolderStack,
  options: PlanOptions,
): Promise<string | null> {
  const dockerfile = dockerfileIn(tree);
  const result = await readStack(tree, stack, options.variables);
  if (result.type === "project" && result.project.services.length === 0) return instead(startsNothing, true);
  const onlyData = result.type === "project" && holdsOnlyData(result.project);
  if (onlyData) {
    const both = `stacks: { data: { compose: ${stack.file} }, app: {} } in a baton.yaml deploys both`;
    return instead(`it has only databases and the like, not the app itself (${both})`, true);
  }
  const reason = result.type === "refused" ? result.givesWay : isForDevelopment(result.project);
  return reason === null ? null : instead(reason, result.type === "refused" && result.isEmpty);

  async function instead(why: string, hasNoApp: boolean): Promise<string | null> {
    if (dockerfile !== null) return `the Dockerfile: ${why}`;
    return hasNoApp && (await holdsApp(tree, app, options)) ? `the app beside it: ${why}` : null;
  }
}

const startsNothing =
  "it starts none of its services: each belongs to a profile that is off (variable COMPOSE_PROFILES) or is scaled to zero";

/** Whether the folder holds an app that can be deployed, or could be with a Dockerfile. */
async function holdsApp(tree: SourceTree, app: FolderStack, options: PlanOptions): Promise<boolean> {
  const { failed } = await attemptAll([app], (stack) => planStack(tree, stack, options));
  return failed.length === 0 || otherLanguageOf(tree) !== null;
}

function planStack(tree: SourceTree, stack: ManifestStack, options: PlanOptions): Promise<PlannedStack> {
  const { variables, visible, buildMarks, healthTimeoutMs, settings = new Map(), machine } = options;
  const buildVariables = buildVariablesOf(Object.keys(variables), buildMarks);
  switch (stack.type) {
    case "compose":
      return planCompose(tree, stack, { healthTimeoutMs, settings, variables, visible, buildVariables, machine });
    case "folder":
      return planFolder(tree, stack, { healthTimeoutMs, settings, buildVariables, machine });
  }
}

/** Adds the stack's name to findings that name no file, when there are several stacks. */
function findingsOf(problem: PlanProblem, stack: ManifestStack, all: readonly ManifestStack[]): readonly Finding[] {
  return problem.findings.map((finding) => {
    if (finding.file !== null || all.length < 2) return finding;
    return { ...finding, ...stack.at, message: `${stack.name}: ${finding.message}` };
  });
}

/** Adds a hint on how to deploy something else, because the user may not want the compose file to be deployed. */
function withWayOut(problem: PlanProblem, tree: SourceTree, [stack]: readonly ManifestStack[]): PlanProblem {
  const [file] = composeFilesIn(tree, "");
  if (file === undefined || (stack?.type === "compose" && dockerfileIn(tree) === null)) return problem;
  const wayOut =
    stack?.type === "compose"
      ? "To deploy the Dockerfile instead, add a baton.yaml: stacks: { app: {} }"
      : `To deploy the services in ${file} instead, add a baton.yaml: stacks: { data: { compose: ${file} } }`;
  return new PlanProblem(
    problem.message,
    problem.hint === null ? wayOut : `${problem.hint}\n${wayOut}`,
    problem.findings,
  );
}

function ofStack(stack: PlannedStack, lines: readonly string[], all: readonly PlannedStack[]): readonly string[] {
  return all.length < 2 ? lines : lines.map((line) => `${stack.name}: ${line}`);
}

/** Notes a compose file in a stack's folder that no stack uses. */
function unusedCompose(tree: SourceTree, stacks: readonly ManifestStack[]): readonly string[] {
  const used = new Set(stacks.flatMap((stack) => (stack.type === "compose" ? [stack.file] : [])));
  return stacks.flatMap((stack) => {
    if (stack.type === "compose" || stack.at === null) return [];
    const [file] = composeFilesIn(tree, stack.path);
    if (file === undefined || used.has(inFolder(stack.path, file))) return [];
    const path = inFolder(stack.path, file);
    return [`${path} is not used. To use it, add a stack with compose: ${path}`];
  });
}
