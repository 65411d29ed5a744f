import { type Document, isMap, isNode, type LineCounter, type Node, type Pair } from "yaml";
import type { z } from "zod";
import type { Finding } from "../plan/plan.ts";

/** Turns zod's issues into sentences with the line in the file. */
export function manifestProblems(
  file: string,
  document: Document,
  lines: LineCounter,
  error: z.ZodError,
): readonly Omit<Finding, "hint">[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        file,
        line: lineOfKey(document, lines, [...path, key]),
        message: `unknown key "${key}"${path.length > 0 ? ` in ${path.join(".")}` : ""}`,
      }));
    }
    const message = path.length > 0 ? `${path.join(".")} ${issue.message}` : issue.message;
    return [{ file, line: lineOfKey(document, lines, path), message }];
  });
}

/** Returns the line of the key at a path, or of the innermost existing key on the way to it. */
export function lineOfKey(document: Document, lines: LineCounter, path: readonly string[]): number | null {
  const node = nearestKey(document, path);
  return node?.range ? lines.linePos(node.range[0]).line : null;
}

function nearestKey(document: Document, path: readonly string[]): Node | null {
  let nearest: Node | null = null;
  let at: unknown = document.contents;
  for (const step of path) {
    if (!isMap(at)) break;
    const pair: Pair | undefined = at.items.find((item) => String(item.key) === step);
    if (!pair) break;
    if (isNode(pair.key)) nearest = pair.key;
    at = pair.value;
  }
  return nearest;
}
