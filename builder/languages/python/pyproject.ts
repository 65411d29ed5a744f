import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { PlanProblem, type SourceTree } from "../../plan/plan.ts";

/** The parts of a pyproject.toml that Baton uses. Values of another type than expected count as absent. */
export interface Pyproject {
  readonly name: string | null;
  /** The range of Python versions: `>=3.11,<4`, or in Poetry's syntax `^3.11`. */
  readonly requiresPython: string | null;
  /** The dependencies in [project], in pip's syntax. Null when there is no list, or a build backend computes it. */
  readonly dependencies: readonly string[] | null;
  /** Whether a build backend computes the dependencies. */
  readonly hasDynamicDependencies: boolean;
  /** Names of the commands that the project installs. */
  readonly scripts: readonly string[];
  /** Whether the file says how the project is built, so that it can be installed itself. */
  readonly hasBuildSystem: boolean;
  readonly poetry: { readonly isPackage: boolean } | null;
  readonly uv: { readonly isWorkspace: boolean } | null;
  /** Whether Poetry or uv installs packages from folders of the repository. */
  readonly hasLocalPackages: boolean;
}

const text = z.string().max(200).nullable().catch(null).default(null);
const record = z.record(z.string(), z.unknown());
const table = record.catch({}).default({});
const section = record.nullable().catch(null).default(null);

const schema = z.object({
  project: z
    .object({
      name: text,
      "requires-python": text,
      dependencies: z.array(z.string()).nullable().catch(null).default(null),
      dynamic: z.array(z.string()).catch([]).default([]),
      scripts: table,
    })
    .nullable()
    .catch(null)
    .default(null),
  "build-system": section,
  tool: z.object({ poetry: section, uv: section }).partial().catch({}).default({}),
});

/** Null when there is no such file. Rejects with PlanProblem when it cannot be read. */
export async function readPyproject(tree: SourceTree): Promise<Pyproject | null> {
  const content = await tree.read("pyproject.toml");
  if (content === null) return null;
  const { project, "build-system": buildSystem, tool } = schema.parse(parsed(content));
  const poetry = tool.poetry ?? null;
  const uv = tool.uv ?? null;
  const ofPoetry = table.parse(poetry?.dependencies);
  return {
    name: project?.name ?? text.parse(poetry?.name),
    requiresPython: project?.["requires-python"] ?? text.parse(ofPoetry.python),
    dependencies: project?.dependencies ?? null,
    hasDynamicDependencies: project?.dynamic.includes("dependencies") ?? false,
    scripts: [...Object.keys(project?.scripts ?? {}), ...Object.keys(table.parse(poetry?.scripts))],
    hasBuildSystem: buildSystem !== null && uv?.package !== false,
    poetry: poetry && { isPackage: poetry["package-mode"] !== false },
    uv: uv && { isWorkspace: uv.workspace !== undefined },
    hasLocalPackages: [...Object.values(ofPoetry), ...Object.values(table.parse(uv?.sources))].some(isLocal),
  };
}

/** Whether the source is a path: `{ path = "../shared" }`. */
function isLocal(source: unknown): boolean {
  return record.safeParse(source).data?.path !== undefined;
}

function parsed(content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = "it is not valid TOML"] = error.message.split("\n");
    throw new PlanProblem(`pyproject.toml, line ${error.line}: ${reason.replace(/^Invalid TOML document: /, "")}`);
  }
}
