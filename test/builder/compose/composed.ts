import type {
  ComposeProblem,
  ComposeProject,
  ComposeService,
} from "../../../builder/compose/project/compose-project.ts";
import { type ComposeRequest, readCompose } from "../../../builder/compose/read/read-compose.ts";
import { tree } from "../tree.ts";

export type Files = Readonly<Record<string, string>>;
export type Options = Partial<Omit<ComposeRequest, "tree">>;

/** Reads the compose files of a repository. A plain text is its compose.yaml. */
export function composed(repository: Files | string, options: Options = {}) {
  const files = typeof repository === "string" ? { "compose.yaml": repository } : repository;
  return readCompose({ tree: tree(files), folder: "", file: "compose.yaml", variables: {}, profiles: [], ...options });
}

export async function projectOf(repository: Files | string, options: Options = {}): Promise<ComposeProject> {
  const result = await composed(repository, options);
  if (result.type === "project") return result.project;
  throw new Error(`refused: ${result.problems.map(({ message }) => message).join("; ")}`);
}

export async function problemsOf(
  repository: Files | string,
  options: Options = {},
): Promise<readonly ComposeProblem[]> {
  const result = await composed(repository, options);
  return result.type === "refused" ? result.problems : [];
}

/** The problems as a user sees them: `compose.yaml:3 services.web.privileged gives …`. */
export async function complaintsOf(repository: Files | string, options: Options = {}): Promise<readonly string[]> {
  return (await problemsOf(repository, options)).map(({ file, line, message }) => `${file}:${line} ${message}`);
}

/** The service `web` of a file that has these lines below its image. */
export async function serviceOf(lines: string, files: Files = {}, options: Options = {}): Promise<ComposeService> {
  const { services } = await projectOf({ ...files, "compose.yaml": withService(lines) }, options);
  const service = services.find(({ name }) => name === "web");
  if (!service) throw new Error("there is no service web");
  return service;
}

/** A compose file whose service `web` has these lines, which begin in line 4. */
export function withService(lines: string): string {
  return `services:\n  web:\n    image: app\n${indent(lines, 4)}\n`;
}

function indent(lines: string, by: number): string {
  return lines.replace(/^(?=.)/gm, " ".repeat(by));
}
