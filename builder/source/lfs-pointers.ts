import type { SourceTree } from "../plan/plan.ts";
import { ignoreRules } from "./ignore.ts";

/** The size of a pointer, which has about three short lines. */
const pointerBytes = { least: 100, most: 1024 };
/** The limit on files that are checked. That is enough to notice that there are pointers. */
const maxLooked = 40;
const shown = 3;

/**
 * Returns a warning when files of the repository are Git LFS pointers, because the pointers are built and served
 * instead of the files.
 */
export async function lfsWarnings(tree: SourceTree): Promise<readonly string[]> {
  const patterns = ((await tree.read(".gitattributes")) ?? "")
    .split(/\r?\n/)
    .filter((line) => /^[^#\s].*\sfilter=lfs\b/.test(line))
    .map((line) => line.split(/\s+/)[0] ?? "");
  if (patterns.length === 0) return [];
  const rules = ignoreRules(patterns.map((pattern) => (pattern.includes("/") ? pattern : `**/${pattern}`)));
  const candidates = [...tree.files]
    .filter(
      ([path, { sizeBytes }]) =>
        sizeBytes >= pointerBytes.least && sizeBytes <= pointerBytes.most && rules.ignores(path),
    )
    .map(([path]) => path)
    .slice(0, maxLooked);
  const pointers: string[] = [];
  for (const path of candidates) {
    if ((await tree.read(path))?.startsWith("version https://git-lfs.github.com/spec/")) pointers.push(path);
  }
  if (pointers.length === 0) return [];
  const more = pointers.length - shown;
  const names = `${pointers.slice(0, shown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const are =
    pointers.length === 1
      ? "is a Git LFS pointer, not the file itself"
      : "are Git LFS pointers, not the files themselves";
  return [
    `${names} ${are}: Baton does not fetch from LFS, so builds and visitors get the pointer. Commit the files themselves (git lfs migrate export --include="…" --everything)`,
  ];
}
