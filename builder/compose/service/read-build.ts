import { dockerfileNames } from "../../dockerfile/dockerfile-name.ts";
import { buildKeys } from "../judge/build-keys.ts";
import { judge } from "../judge/verdict.ts";
import type { ComposeBuild } from "../project/compose-project.ts";
import { inFolder } from "../read/compose-files.ts";
import { child, children, type Field, pairs, text } from "../read/field.ts";
import { type Repository, resolvePath, shown } from "../values/repository-path.ts";
import type { ServiceSurroundings } from "./surroundings.ts";

/**
 * Reads `build`, a folder or a mapping, together with the image's name. Null when it cannot be built, which has been
 * reported.
 */
export async function readBuild(
  field: Field,
  tag: string | null,
  surroundings: ServiceSurroundings,
): Promise<ComposeBuild | null> {
  const { report } = surroundings;
  for (const [name, entry] of children(field)) judge(name, entry, buildKeys, report);
  const isShort = field.value.type === "scalar";
  const context = readContext(isShort ? field : child(field, "context"), field, surroundings);
  if (context === null) return null;
  const dockerfile = await readDockerfile(field, context, surroundings);
  return (
    dockerfile && {
      type: "build",
      context,
      ...dockerfile,
      target: text(child(field, "target")),
      args: readArgs(child(field, "args"), surroundings),
      tag,
    }
  );
}

/** Returns the build context, by default the folder of the compose file. */
function readContext(written: Field | null, build: Field, { repository, report }: ServiceSurroundings): string | null {
  const field = written ?? build;
  const path = text(written) ?? ".";
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(path)) {
    const what = `builds ${path}, which is fetched from elsewhere; a version contains only what is in its commit`;
    report.problem(field.at, field.key, what, "Copy the sources into this repository, or use an image.");
    return null;
  }
  const resolved = resolvePath(field.at.folder, path);
  if (resolved.type === "outside") {
    const hint = "Name a folder in this repository, relative to the compose file.";
    report.problem(field.at, field.key, `builds ${path}, which ${resolved.reason}`, hint);
    return null;
  }
  if (repository.kindOf(resolved.path) === "folder") return resolved.path;
  const what = `builds ${resolved.path}, which is not a folder in the repository`;
  report.problem(field.at, field.key, what, "Commit it, or correct the path.");
  return null;
}

/** Reads the Dockerfile. One that is outside its context is taken along as text. */
async function readDockerfile(
  build: Field,
  context: string,
  { repository, report }: ServiceSurroundings,
): Promise<Pick<ComposeBuild, "dockerfile" | "dockerfileInline"> | null> {
  const inline = text(child(build, "dockerfile_inline"));
  if (inline !== null) return { dockerfile: "Dockerfile", dockerfileInline: inline };
  const written = child(build, "dockerfile");
  const field = written ?? build;
  const name = text(written) ?? usualName(context, repository);
  const resolved = resolvePath(context, name);
  if (resolved.type === "outside") {
    report.problem(field.at, field.key, `names ${name}, which ${resolved.reason}`, "Name a file of this repository.");
    return null;
  }
  const { path } = resolved;
  if (repository.kindOf(path) !== "file") {
    const what = `needs ${path}, which is not a file in the repository`;
    const hint =
      written === null
        ? `Add a Dockerfile to ${shown(context)}, or name the one to use with dockerfile:.`
        : "Commit it, or correct the path: it counts from the folder of context.";
    report.problem(field.at, field.key, what, hint);
    return null;
  }
  if (context === "") return { dockerfile: path, dockerfileInline: null };
  if (path.startsWith(`${context}/`)) return { dockerfile: path.slice(context.length + 1), dockerfileInline: null };
  return { dockerfile: "Dockerfile", dockerfileInline: await repository.read(path) };
}

function usualName(context: string, repository: Repository): string {
  return dockerfileNames.find((name) => repository.kindOf(inFolder(context, name)) === "file") ?? "Dockerfile";
}

function readArgs(field: Field | null, { report, variables }: ServiceSurroundings): Readonly<Record<string, string>> {
  const args = pairs(field).flatMap(([name, written]): [string, string][] => {
    const value = written ?? variables(name);
    if (written === null && field && value !== undefined) {
      report.exposed(field.at, `${field.key}.${name}`, name, value, "image");
    }
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(args);
}
