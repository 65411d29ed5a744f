import type { Lookup } from "../../../server/model/deployment/template.ts";
import {
  type EnvFile,
  type EnvFileLine,
  parseEnvFile,
  parseRawEnvFile,
} from "../../../server/model/values/env-file.ts";
import { folderOf, type Repository } from "../values/repository-path.ts";
import type { Report } from "./report.ts";

/** Reads a file of variables and reports its errors. Null means that it is not in the repository. */
export async function readEnvFile(
  path: string,
  outside: Lookup,
  { repository, report, isRaw = false }: { repository: Repository; report: Report; isRaw?: boolean },
): Promise<readonly EnvFileLine[] | null> {
  const text = await repository.read(path);
  if (text === null) return null;
  const { lines, problems }: EnvFile = isRaw ? parseRawEnvFile(text) : parseEnvFile(text, outside);
  for (const { line, subject, message } of problems) {
    const hint = "Write NAME=value, with single quotes around a value that is to be used literally.";
    report.problem({ file: path, line, folder: folderOf(path) }, subject, message, hint);
  }
  return lines;
}

/** Adds variables from files. Variables that exist already take precedence. */
export async function withEnvFiles(
  outside: Lookup,
  paths: readonly string[],
  surroundings: { repository: Repository; report: Report },
): Promise<Lookup> {
  const values = new Map<string, string>();
  const lookup: Lookup = (name) => outside(name) ?? values.get(name);
  for (const path of paths) {
    for (const { name, value } of (await readEnvFile(path, lookup, surroundings)) ?? []) {
      if (value !== null) values.set(name, value);
    }
  }
  return lookup;
}
