import { isMap, parseDocument } from "yaml";
import { PlanProblem, type SourceTree } from "../../plan/plan.ts";

/** A Staticfile, which marks a folder of files to serve unchanged, with a few settings as Cloud Foundry reads them. */
export interface StaticSettings {
  /** The folder to serve; undefined means the folder of the first page. */
  readonly root: string | undefined;
  /** `pushstate: enabled` or `index_fallback: true`; undefined when the file does not say. */
  readonly singlePage: boolean | undefined;
}

/**
 * Null without a Staticfile or its predecessor `.static`. Rejects with PlanProblem for a root outside the repository.
 */
export async function readStaticfile(tree: SourceTree): Promise<StaticSettings | null> {
  const text = await tree.read("Staticfile");
  if (text === null) return tree.files.has(".static") ? { root: undefined, singlePage: undefined } : null;
  const document = parseDocument(text);
  const root = isMap(document.contents) ? document.contents.get("root") : undefined;
  const settings = isMap(document.contents) ? document.contents : null;
  const pushstate = settings?.get("pushstate") ?? settings?.get("index_fallback");
  return {
    root: typeof root === "string" ? folderOf(root) : undefined,
    singlePage: pushstate === undefined ? undefined : /^(?:enabled|true)$/.test(String(pushstate)),
  };
}

/** Allows only a plain path, because it becomes part of a Dockerfile line. */
function folderOf(text: string): string {
  const path = text.replace(/^(?:\.?\/)+|\/+$/g, "").replace(/^\.$/, "");
  if (path === "" || (/^[\w@.-]+(?:\/[\w@.-]+)*$/.test(path) && !path.split("/").includes(".."))) return path;
  throw new PlanProblem(`Staticfile names "${text}" as root, which is not a plain path inside the repository`);
}
