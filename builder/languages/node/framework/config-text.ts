import type { SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";

const endings = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/**
 * The text of a configuration file that is a program, without its comments; empty when it is not there. It is never
 * run, so what is looked for in it is found only where it is written down plainly.
 */
export async function configText(tree: SourceTree, ...names: readonly string[]): Promise<string> {
  const file = firstOf(
    tree,
    names.flatMap((name) => endings.map((ending) => name + ending)),
  );
  const text = file === null ? "" : ((await tree.read(file)) ?? "");
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "$1");
}
