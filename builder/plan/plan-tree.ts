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
import { sharedNames, withoutTakenAliases } from "./unique-names.ts";

export interface PlanOptions {
  /** How long a service may take to become healthy where nothing in the repository says. */
  readonly healthTimeoutMs: number;
  /** The installation's variables: for what compose files fill in, and for builds, which are given the public ones. */
  readonly variables: Readonly<Record<string, string>>;
  /** What is set of health and limits beside the repository, by service: it counts where the repository does not say. */
  readonly settings?: SettingsByService;
  /** Those of the variables that anybody may read; not given: none. */
  readonly visible?: ReadonlySet<string>;
  /** Variables that the user marked as known "at build" (true) or not (false). The others go by their names. */
  readonly buildMarks?: Readonly<Record<string, boolean>>;
  /** What services may use at most; undefined: not known. */
  readonly machine?: MachineCapacity | undefined;
  /** Where images, and what Dockerfiles fetch, may come from; not given: from the internet. */
  readonly sources?: SourceRules;
}

const onTheInternet: SourceRules = { allowPrivate: false, ownRegistry: null };

/**
 * Decides what a version is made of: baton.yaml, else a compose file, else a Dockerfile, else what is recognised.
 * Rejects with PlanProblem, which holds all that was found in all of the files.
 */
export async function planTree(tree: SourceTree, options: PlanOptions): Promise<Plan> {
  if (tree.files.size === 0) throw new PlanProblem("the repository is empty");
  const named = await readManifest(tree);
  const { stacks, decisions } = named ? { stacks: named, decisions: [] } : await findStack(tree, options);
  const { results, failed } = await attemptAll(stacks, (stack) => planStack(tree, stack, options));
  const findings = [
    ...failed.flatMap(([stack, problem]) => findingsOf(problem, stack, stacks)),
    ...sharedNames(results),
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

/** Without baton.yaml there is one stack: the compose file, unless what stands beside it says more, or what the root holds. */
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

/** What beside a compose file says more about production, and why; null: nothing does. */
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

/** An app that can be deployed, or could be with a Dockerfile. */
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

/** What was found in one of several stacks says in which, where it does not name a file. */
function findingsOf(problem: PlanProblem, stack: ManifestStack, all: readonly ManifestStack[]): readonly Finding[] {
  return problem.findings.map((finding) => {
    if (finding.file !== null || all.length < 2) return finding;
    return { ...finding, ...stack.at, message: `${stack.name}: ${finding.message}` };
  });
}

/** Somebody whose compose file cannot be deployed may not even want it to be. */
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

/** A compose file in the folder of a stack, of which nobody says what is to become of it. */
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
