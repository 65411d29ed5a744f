import type { SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";

const endings = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/**
 * Returns the text of a configuration file that is a program, without comments; empty when it does not exist. The
 * program is never run, so only literal values can be found.
 */
export async function configText(tree: SourceTree, ...names: readonly string[]): Promise<string> {
  const file = firstOf(
    tree,
    names.flatMap((name) => endings.map((ending) => name + ending)),
  );
  const text = file === null ? "" : ((await tree.read(file)) ?? "");
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "$1");
}
