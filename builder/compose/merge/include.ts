import { isDeepStrictEqual } from "node:util";
import { inFolder } from "../read/compose-files.ts";
import { withEnvFiles } from "../read/dot-env.ts";
import { child, type Field, items, itemsOrOne, rootField, text } from "../read/field.ts";
import type { FileRequest } from "../read/loader.ts";
import type { Report } from "../read/report.ts";
import { type Entry, type Mapping, mapping, toPlain } from "../read/value.ts";
import { folderOf, type Repository, resolvePath } from "../values/repository-path.ts";
import { mergeFiles } from "./merge.ts";

interface Surroundings {
  readonly repository: Repository;
  readonly report: Report;
  /** Reads a file together with all files that it includes. */
  assemble(file: FileRequest, chain: readonly string[]): Promise<Mapping | null>;
}

/**
 * Merges a file with the files that it includes. `chain` lists the files that led to this one, with itself as the last.
 */
export async function resolveIncludes(
  root: Mapping,
  file: FileRequest,
  chain: readonly string[],
  surroundings: Surroundings,
): Promise<Mapping> {
  let whole = root;
  for (const item of items(child(rootField(root), "include"))) {
    const included = await readIncluded(item, file, chain, surroundings);
    if (included) whole = addSections(whole, included, item, surroundings.report);
  }
  return mapping(new Map([...whole.entries].filter(([name]) => name !== "include")), whole);
}

async function readIncluded(
  item: Field,
  { variables }: FileRequest,
  chain: readonly string[],
  { repository, report, assemble }: Surroundings,
): Promise<Mapping | null> {
  const written = item.value.type === "mapping" ? child(item, "path") : item;
  const paths = itemsOrOne(written).flatMap((field) => pathOf(field, chain, repository, report) ?? []);
  const first = paths[0];
  if (first === undefined) return null;
  const folder = folderNamed(child(item, "project_directory"), report) ?? folderOf(first);
  const envFiles = itemsOrOne(child(item, "env_file")).flatMap((field) => pathOf(field, [], repository, report) ?? []);
  const beside = inFolder(folder, ".env");
  const lookup = await withEnvFiles(variables, envFiles.length > 0 ? envFiles : [beside], { repository, report });

  let merged: Mapping | null = null;
  for (const path of paths) {
    const layer = await assemble({ path, folder, variables: lookup }, chain);
    merged = merged && layer ? mergeFiles(merged, layer) : (merged ?? layer);
  }
  return merged;
}

function pathOf(field: Field, chain: readonly string[], repository: Repository, report: Report): string | null {
  const written = text(field) ?? "";
  const resolved = resolvePath(field.at.folder, written);
  const refuse = (message: string, hint = "Name a file of this repository, relative to this one.") => {
    report.problem(field.at, field.key, message, hint);
    return null;
  };
  if (isRemote(written)) {
    return refuse(
      `names ${written}, which is fetched from elsewhere; a version contains only what is in its commit`,
      "Copy the file into the repository.",
    );
  }
  if (resolved.type === "outside") return refuse(`names ${written}, which ${resolved.reason}`);
  if (repository.kindOf(resolved.path) !== "file") {
    return refuse(`names ${resolved.path}, which is not a file in the repository`);
  }
  if (chain.includes(resolved.path)) {
    const circle = [...chain.slice(chain.indexOf(resolved.path)), resolved.path].join(", which includes ");
    return refuse(`goes round in a circle: ${circle}`, "Break the circle.");
  }
  return resolved.path;
}

function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path) || /^(?:oci|git@[^/]*):/.test(path);
}

function folderNamed(field: Field | null, report: Report): string | null {
  const written = text(field);
  if (field === null || written === null) return null;
  const resolved = resolvePath(field.at.folder, written);
  if (resolved.type === "inside") return resolved.path;
  report.problem(
    field.at,
    field.key,
    `names ${written}, which ${resolved.reason}`,
    "Name a folder of this repository.",
  );
  return null;
}

const sections = ["services", "networks", "volumes", "secrets", "configs"];

function addSections(whole: Mapping, included: Mapping, item: Field, report: Report): Mapping {
  const entries = new Map(whole.entries);
  for (const section of sections) {
    const more = included.entries.get(section);
    if (more?.value.type !== "mapping") continue;
    const here = entries.get(section);
    const known = new Map<string, Entry>(here?.value.type === "mapping" ? here.value.entries : []);
    for (const [name, entry] of more.value.entries) {
      const before = known.get(name);
      if (before && !isDeepStrictEqual(toPlain(before.value), toPlain(entry.value))) {
        const places = `${before.at.file} and ${entry.at.file}`;
        const hint = "Rename one, or change an included service with extends.";
        report.problem(item.at, `${section}.${name}`, `is defined differently in ${places}`, hint);
      }
      if (!before) known.set(name, entry);
    }
    entries.set(section, { at: here?.at ?? more.at, value: mapping(known, here?.value ?? more.value) });
  }
  return mapping(entries, whole);
}
