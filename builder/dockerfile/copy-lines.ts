import { dirname } from "node:path/posix";

/**
 * Returns COPY lines that put single files at their paths in the context. COPY keeps no folders, so each folder needs a
 * line.
 */
export function copyLines(files: readonly string[]): readonly string[] {
  const folders = new Map<string, readonly string[]>();
  for (const file of files) folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  return [...folders].map(([folder, names]) => `COPY ${names.join(" ")} ${folder === "." ? "./" : `./${folder}/`}`);
}
