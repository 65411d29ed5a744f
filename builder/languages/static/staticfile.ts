import { isMap, parseDocument } from "yaml";
import { PlanProblem, type SourceTree } from "../../plan/plan.ts";

/** What a Staticfile says: a mark that files are served as they are, with a few settings as Cloud Foundry reads them. */
export interface StaticSettings {
  /** The folder that is served; undefined: where the first page is. */
  readonly root: string | undefined;
  /** `pushstate: enabled`, or `index_fallback: true`; undefined: not said. */
  readonly singlePage: boolean | undefined;
}

/** Null without a Staticfile, and without `.static`, its elder sister. Rejects with PlanProblem for a root outside the repository. */
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

/** It becomes a line of a Dockerfile: nothing but a plain path. */
function folderOf(text: string): string {
  const path = text.replace(/^(?:\.?\/)+|\/+$/g, "").replace(/^\.$/, "");
  if (path === "" || (/^[\w@.-]+(?:\/[\w@.-]+)*$/.test(path) && !path.split("/").includes(".."))) return path;
  throw new PlanProblem(`Staticfile names "${text}" as root, which is not a plain path inside the repository`);
}
