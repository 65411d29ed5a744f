import type { Lookup } from "../../../server/model/deployment/template.ts";
import type { Repository } from "../values/repository-path.ts";
import { createInterpolation } from "./interpolate.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Report } from "./report.ts";
import { checkSchema } from "./schema.ts";
import { isNull, type Mapping, mapping } from "./value.ts";

/** A file of the repository with the context in which it is read. */
export interface FileRequest {
  readonly path: string;
  /** The folder from which its relative paths start. */
  readonly folder: string;
  readonly variables: Lookup;
}

/** Reads single compose files: YAML, variables, schema. Problems are reported once, however often a file is loaded. */
export interface Loader {
  /**
   * Null when the file is empty, or when it cannot be read, which has been reported. Rejects with PlanProblem above 1
   * MiB.
   */
  load(request: FileRequest): Promise<Mapping | null>;
}

export function createLoader({ repository, report }: { repository: Repository; report: Report }): Loader {
  const interpolation = createInterpolation(report);
  const loaded = new Map<string, { readonly request: FileRequest; readonly root: Promise<Mapping | null> }>();

  async function load({ path, folder, variables }: FileRequest): Promise<Mapping | null> {
    const source = await repository.read(path);
    if (source === null) return null;
    const { root, problems } = parseYaml(source, path, folder);
    for (const { line, message, hint } of problems) report.fault({ file: path, line, folder }, message, hint);
    if (root === null || isNull(root)) return null;
    if (root.type !== "mapping") {
      report.problem(root.at, "", "is not a compose file: it doesn't contain a mapping", "Begin it with services:");
      return null;
    }
    return checkSchema(interpolation.file(withoutVersion(root), variables), report);
  }

  return {
    load(request) {
      const key = `${request.path}\n${request.folder}`;
      const before = loaded.get(key);
      if (before && before.request.variables === request.variables) return before.root;
      const root = load(request);
      loaded.set(key, { request, root });
      return root;
    },
  };
}

/** Removes `version`. Compose has ignored it for years, so no value of it deserves a note. */
function withoutVersion(root: Mapping): Mapping {
  return mapping(new Map([...root.entries].filter(([name]) => name !== "version")), root);
}
