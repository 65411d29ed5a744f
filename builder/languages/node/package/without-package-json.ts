import type { SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";
import { type PackageJson, parsePackageJson } from "./package-json.ts";

const usualNames = ["server", "index", "app", "main"].flatMap((name) =>
  [".js", ".mjs", ".cjs"].map((end) => name + end),
);

/**
 * Returns a manifest for a Node program without a package.json: a Procfile that runs Node, or a program with a usual
 * name that opens a port. Scripts of web pages can have the same names. Null when there is no Node program.
 */
export async function withoutPackageJson(
  tree: SourceTree,
  processes: ReadonlyMap<string, string>,
): Promise<PackageJson | null> {
  if ([...processes.values()].some((line) => /^node\s/.test(line))) return parsePackageJson("{}");
  const program = firstOf(tree, usualNames);
  const text = program === null ? null : await tree.read(program);
  return text !== null && /\bcreateServer\s*\(|\.listen\s*\(/.test(text)
    ? parsePackageJson(JSON.stringify({ main: program }))
    : null;
}
