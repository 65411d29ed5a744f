import { dirname, join } from "node:path/posix";
import type { SourceTree } from "../../plan/plan.ts";

/** A list of packages as pip reads it, together with the lists that it includes. */
export interface Requirements {
  /** The list itself and the lists that it includes (`-r base.txt`), as far as they are in the repository. */
  readonly files: readonly string[];
  /** The lines that name packages: `flask==3.1.0`, `-e git+https://…`. */
  readonly packages: readonly string[];
  /** Whether it names something in the repository other than a list: `-e .`, `./wheels/x.whl`. */
  readonly namesSource: boolean;
}

/** Null when the file does not exist. */
export async function readRequirements(tree: SourceTree, path: string): Promise<Requirements | null> {
  if (!tree.files.has(path)) return null;
  const files = new Set<string>();
  const packages: string[] = [];
  let namesSource = false;

  async function read(file: string): Promise<void> {
    if (files.has(file)) return;
    files.add(file);
    for (const line of linesOf((await tree.read(file)) ?? "")) {
      const included = /^(?:-[rc]\s*|--(?:requirement|constraint)[\s=]+)(\S+)$/.exec(line)?.[1];
      if (included !== undefined) {
        if (/^\w+:/.test(included)) continue;
        const named = join(dirname(file), included);
        if (tree.files.has(named) && isPlain(named)) await read(named);
        else namesSource = true;
      } else if (isOfRepository(line)) namesSource = true;
      else if (!line.startsWith("-") || /^(?:-e|--editable)\b/.test(line)) packages.push(line);
    }
  }
  await read(path);
  return { files: [...files], packages, namesSource };
}

/** Splits the text into lines, joins continued lines and removes comments. */
function linesOf(text: string): readonly string[] {
  return text
    .replace(/\\\r?\n/g, " ")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s)#.*/, "").trim())
    .filter((line) => line !== "");
}

function isOfRepository(line: string): boolean {
  const isRemote = /^(?:-e|-f|--editable|--find-links)[\s=]*(?:\w+\+)?(?:https?|ssh|git):/.test(line);
  if (/^(?:-e|-f|--editable|--find-links)\b/.test(line)) return !isRemote;
  return /^(?:\.|file:)|@\s*(?:file:|\.)|^[\w./-]+\.(?:whl|zip|tar\.gz)$/.test(line);
}

/** Whether COPY takes the path literally. */
function isPlain(path: string): boolean {
  return /^[\w./-]+$/.test(path);
}
