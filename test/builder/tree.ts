import type { Plan, SourceTree } from "../../builder/plan/plan.ts";
import { planTree } from "../../builder/plan/plan-tree.ts";
import { type ListedEntry, sourceTree } from "../../builder/source/source-tree.ts";

/** A repository in memory: paths and their texts. */
export function tree(files: Readonly<Record<string, string>>): SourceTree {
  const entries = Object.entries(files).map(([path, text]): ListedEntry => {
    return { path, type: "file", sizeBytes: Buffer.byteLength(text) };
  });
  return sourceTree(entries, async (path) => Buffer.from(files[path] ?? ""));
}

/** The plan of a repository with these files, in an installation with these variables (names alone are enough). */
export function plan(
  files: Readonly<Record<string, string>>,
  variables: readonly string[] | Readonly<Record<string, string>> = {},
  buildMarks: Readonly<Record<string, boolean>> = {},
): Promise<Plan> {
  const values = Array.isArray(variables) ? Object.fromEntries(variables.map((name) => [name, "value"])) : variables;
  return planTree(tree(files), { healthTimeoutMs: 90_000, variables: values, buildMarks });
}

/** The first service of such a plan, with its generated Dockerfile. */
export async function plannedService(...repository: Parameters<typeof plan>) {
  const { stacks, decisions, warnings } = await plan(...repository);
  const service = stacks[0]?.services[0];
  if (!service) throw new Error("no service was planned");
  if (service.source.type !== "build") throw new Error("the service is not built");
  const { recipe } = service.source;
  return { service, recipe, dockerfile: recipe.generate?.((base) => base) ?? null, decisions, warnings };
}
