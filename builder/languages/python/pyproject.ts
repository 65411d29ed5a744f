import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { PlanProblem, type SourceTree } from "../../plan/plan.ts";

/** What a pyproject.toml says that Baton goes by. What is of another type than expected counts as absent. */
export interface Pyproject {
  readonly name: string | null;
  /** `>=3.11,<4`, or as Poetry writes it: `^3.11`. */
  readonly requiresPython: string | null;
  /** Those of [project], as pip reads them; null: there is no such list, or a build backend finds it out. */
  readonly dependencies: readonly string[] | null;
  /** A build backend finds out what the project depends on. */
  readonly hasDynamicDependencies: boolean;
  /** Names of the commands that it installs. */
  readonly scripts: readonly string[];
  /** It says how it is built, so it can be installed itself. */
  readonly hasBuildSystem: boolean;
  readonly poetry: { readonly isPackage: boolean } | null;
  readonly uv: { readonly isWorkspace: boolean } | null;
  /** Poetry or uv install packages from folders of the repository. */
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

/** Null when there is none. Rejects with PlanProblem when it cannot be read. */
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

/** `{ path = "../shared" }` */
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
