import type { Lookup } from "../../../server/model/deployment/template.ts";
import type { MachineCapacity } from "../../images/machine.ts";
import type { SourceTree } from "../../plan/plan.ts";
import { isForDevelopment } from "../judge/for-development.ts";
import { assembleFiles } from "../merge/assemble.ts";
import type { ComposeResult } from "../project/compose-project.ts";
import { projectName } from "../project/project-name.ts";
import { readProject } from "../project/read-project.ts";
import { type Repository, repositoryOf } from "../values/repository-path.ts";
import { composeFilesIn, inFolder, overridesFor } from "./compose-files.ts";
import { withEnvFiles } from "./dot-env.ts";
import { child, children, rootField } from "./field.ts";
import { createReport, type Report } from "./report.ts";

export interface ComposeRequest {
  readonly tree: SourceTree;
  /** The folder of the compose file; empty for the root. */
  readonly folder: string;
  /** The file's name in that folder. */
  readonly file: string;
  /** The product's variables, for interpolation. They take precedence over a `.env` next to the file. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the variables that anybody may read. */
  readonly visible?: ReadonlySet<string> | undefined;
  /** Profiles that are on, in addition to those in the variable COMPOSE_PROFILES. */
  readonly profiles: readonly string[];
  /**
   * False leaves an override file alone, as `docker compose --file` does. Otherwise it is merged if the compose file
   * has a standard name.
   */
  readonly withOverride?: boolean;
  /** The most that services may use; undefined when it is unknown. */
  readonly machine?: MachineCapacity | undefined;
}

/**
 * Reads a compose file as a project, or returns all that keeps it from being one. Rejects with PlanProblem when a file
 * is larger than 1 MiB.
 */
export async function readCompose(request: ComposeRequest): Promise<ComposeResult> {
  const { variables: own, visible = new Set() } = request;
  const report = createReport(Object.fromEntries(Object.entries(own).filter(([name]) => !visible.has(name))));
  const repository = repositoryOf(request.tree);
  const { folder } = request;
  const path = inFolder(folder, request.file);
  const variables = await variablesOf(request, path, { repository, report });
  const paths = [path, ...overridePaths(request, report)];
  const files = paths.map((each) => ({ path: each, folder, variables }));

  const root = await assembleFiles(files, { repository, report });
  if (!root || children(child(rootField(root), "services")).length === 0) {
    // Any other problem takes precedence as the reason.
    const isEmpty = report.problems().length === 0;
    const what = repository.kindOf(path) === "file" ? "names no service" : "is not in the repository";
    const place = { file: path, line: 1, folder };
    if (isEmpty) report.problem(place, "", what, "Add services:, each with image: or build:.");
    return { type: "refused", problems: report.problems(), givesWay: isEmpty ? `it ${what}` : null, isEmpty };
  }
  const profiles = [...request.profiles, ...profilesOf(variables)];
  const { machine } = request;
  const project = await readProject(rootField(root), { folder, repository, report, variables, profiles, machine });
  const problems = report.problems();
  if (problems.length === 0) return { type: "project", project };
  return { type: "refused", problems, givesWay: isForDevelopment(project), isEmpty: false };
}

async function variablesOf(
  { variables, folder, tree }: ComposeRequest,
  path: string,
  surroundings: { repository: Repository; report: Report },
): Promise<Lookup> {
  const own: Lookup = (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  const all = await withEnvFiles(own, [inFolder(folder, ".env")], surroundings);
  if (all("COMPOSE_FILE") !== undefined) {
    surroundings.report.note("COMPOSE_FILE", "is not followed: name the compose file in baton.yaml");
  }
  const name = projectName((await tree.read(path)) ?? "", folder, all) ?? undefined;
  return (variable) => all(variable) ?? (variable === "COMPOSE_PROJECT_NAME" ? name : undefined);
}

function profilesOf(variables: Lookup): readonly string[] {
  return (variables("COMPOSE_PROFILES") ?? "")
    .split(",")
    .map((profile) => profile.trim())
    .filter(Boolean);
}

/** Returns the override that is merged, and notes each other compose file in the folder, which is not used. */
function overridePaths({ tree, folder, file, withOverride = true }: ComposeRequest, report: Report): readonly string[] {
  const candidates = composeFilesIn(tree, folder);
  if (candidates[0] === file) {
    for (const other of candidates.slice(1))
      report.note(inFolder(folder, other), `is not used: ${file} takes precedence`);
  }
  const [override, ...others] = withOverride ? overridesFor(tree, folder, file) : [];
  if (override === undefined) return [];
  report.note(inFolder(folder, override), `is merged over ${file}, as by docker compose up`);
  for (const other of others) report.note(inFolder(folder, other), `is not used: ${override} takes precedence`);
  return [inFolder(folder, override)];
}
