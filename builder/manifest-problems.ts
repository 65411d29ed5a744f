import { type Document, isMap, isNode, type LineCounter, type Node, type Pair } from "yaml";
import type { z } from "zod";

/** One thing that is wrong, as the rest of a sentence that begins with the file and the line. */
export interface Problem {
  /** From 1; null where no line can be named. */
  readonly line: number | null;
  readonly text: string;
}

/** What zod found, in words, at the line where the user wrote it. */
export function manifestProblems(document: Document, lines: LineCounter, error: z.ZodError): readonly Problem[] {
  const lineOf = (node: Node | null) => (node?.range ? lines.linePos(node.range[0]).line : null);
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        line: lineOf(nearestKey(document, [...path, key])),
        text: `has an unknown key "${key}"${path.length > 0 ? ` in ${path.join(".")}` : ""}`,
      }));
    }
    return [
      {
        line: lineOf(nearestKey(document, path)),
        text: path.length > 0 ? `${path.join(".")} ${issue.message}` : issue.message,
      },
    ];
  });
}

/** The key that the path names, or the innermost one on the way to it that is there. */
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
