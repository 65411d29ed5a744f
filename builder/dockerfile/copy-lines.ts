import { dirname } from "node:path/posix";

/** COPY lines that put single files where they lie in the context: COPY itself keeps no folders, so each has a line of its own. */
export function copyLines(files: readonly string[]): readonly string[] {
  const folders = new Map<string, readonly string[]>();
  for (const file of files) folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  return [...folders].map(([folder, names]) => `COPY ${names.join(" ")} ${folder === "." ? "./" : `./${folder}/`}`);
}
