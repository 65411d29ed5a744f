import { createLoader, type FileRequest } from "../read/loader.ts";
import type { Report } from "../read/report.ts";
import type { Mapping } from "../read/value.ts";
import type { Repository } from "../values/repository-path.ts";
import { resolveExtends } from "./extends.ts";
import { resolveIncludes } from "./include.ts";
import { mergeFiles, withoutReset } from "./merge.ts";

/**
 * The limit on files read. A file that is included several times counts each time, and so do the files that it
 * includes.
 */
const maxFiles = 100;

/** Merges files, each over the one before, after resolving what they extend and include. Null means they are empty. */
export async function assembleFiles(
  files: readonly FileRequest[],
  { repository, report }: { repository: Repository; report: Report },
): Promise<Mapping | null> {
  const loader = createLoader({ repository, report });
  let read = 0;

  async function assemble(file: FileRequest, chain: readonly string[]): Promise<Mapping | null> {
    read += 1;
    if (read > maxFiles) {
      const place = { file: file.path, line: 1, folder: file.folder };
      if (read === maxFiles + 1)
        report.problem(place, "", `is one of more than ${maxFiles} included files`, "Include fewer files.");
      return null;
    }
    const root = await loader.load(file);
    if (!root) return null;
    const extended = await resolveExtends(root, file, { loader, repository, report });
    return resolveIncludes(extended, file, [...chain, file.path], { repository, report, assemble });
  }

  let merged: Mapping | null = null;
  for (const file of files) {
    const layer = await assemble(file, []);
    merged = merged && layer ? mergeFiles(merged, layer) : (merged ?? layer);
  }
  return merged && withoutReset(merged);
}
