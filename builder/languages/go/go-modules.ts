import { join } from "node:path/posix";
import type { SourceTree } from "../../plan/plan.ts";
import { toolVersion, type VersionWish } from "../../source/tool-versions.ts";

/** How a program gets the modules that it needs. */
export interface GoModules {
  readonly from: "download" | "vendor" | "workspace" | "standard library";
  /** The files that determine the download. It is repeated only when one of them changes. */
  readonly files: readonly string[];
  /** The version of Go that the repository asks for, and the file that does so. */
  readonly wanted: VersionWish | null;
  readonly decision: string;
}

/** Finds out where the modules of a repository come from. */
export async function readModules(tree: SourceTree): Promise<GoModules> {
  const [module, workspace] = await Promise.all([tree.read("go.mod"), tree.read("go.work")]);
  const source = workspace === null ? "go.mod" : "go.work";
  const version = /^go\s+(\d+\.\d+(?:\.\d+)?)/m.exec(workspace ?? module ?? "")?.[1];
  const wanted = version === undefined ? await toolVersion(tree, ["golang", "go"]) : { text: version, source };
  if (module === null && workspace === null) {
    const decision = "No go.mod, so only the standard library is available";
    return { from: "standard library", files: [], wanted, decision };
  }
  if (tree.files.has("vendor/modules.txt")) {
    return { from: "vendor", files: [], wanted, decision: "Modules from vendor/" };
  }
  // A workspace needs all modules to know what to download; the cache keeps earlier downloads.
  if (workspace !== null) {
    return { from: "workspace", files: [], wanted, decision: "Several modules, from go.work" };
  }
  const folders = ["", ...replacedBy(module ?? "")];
  const files = folders
    .flatMap((folder) => ["go.mod", "go.sum"].map((name) => join(folder, name)))
    .filter((path) => tree.files.has(path));
  return { from: "download", files, wanted, decision: "go mod download, from go.mod" };
}

/** Returns folders of the repository that replace modules: `replace example.com/shared => ./shared`. */
function replacedBy(module: string): readonly string[] {
  return [...module.matchAll(/=>\s*(\.\/[\w./-]+)\s*(?:\/\/.*)?$/gm)].flatMap(([, path]) =>
    path === undefined ? [] : [join(path)],
  );
}

/** Matches modules that are partly written in C and do not work without it. */
const inC =
  /^(?:require\s+)?\s*(github\.com\/(?:mattn\/go-sqlite3|confluentinc\/confluent-kafka-go(?:\/v\d+)?))\s+v(?!.*\/\/ indirect)/m;

/** Returns the module that needs a C compiler, as far as go.mod tells; null when there is none. */
export async function moduleInC(tree: SourceTree): Promise<string | null> {
  return inC.exec((await tree.read("go.mod")) ?? "")?.[1] ?? null;
}
