import { readEnvFile } from "../read/dot-env.ts";
import { child, type Field, flag, itemsOrOne, pairs, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { resolvePath } from "../values/repository-path.ts";
import type { ServiceSurroundings } from "./surroundings.ts";

/**
 * Reads the files of `env_file` in order, with `environment` over them. A name without a value takes it from the
 * product's variables.
 */
export async function readEnvironment(
  service: Field,
  surroundings: ServiceSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const values = new Map<string, string>();
  for (const file of itemsOrOne(child(service, "env_file"))) {
    for (const [name, value] of await readFile(file, surroundings)) values.set(name, value);
  }
  for (const [name, written, field] of pairs(child(service, "environment"))) {
    if (name === "" || /[\0=]/.test(name)) {
      surroundings.report.problem(field.at, field.key, "has no name before its value", "Write NAME=value.");
      continue;
    }
    const value = written ?? passedOn(name, field.key, surroundings);
    if (value !== null) values.set(name, value);
    else values.delete(name);
  }
  return Object.fromEntries(values);
}

function passedOn(name: string, key: string, { report, variables }: ServiceSurroundings): string | null {
  const value = variables(name);
  if (value !== undefined) return value;
  report.warn(key, `passes on ${name}, which is not set, so the container does not get it`);
  return null;
}

async function readFile(
  field: Field,
  { repository, report, variables }: ServiceSurroundings,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const written = text(field) ?? text(child(field, "path"));
  if (written === null) return values;
  const resolved = resolvePath(field.at.folder, written);
  const isRaw = text(child(field, "format")) === "raw";
  if (resolved.type === "outside") {
    const hint = "Name a file in this repository, or set its variables on the product's Variables page.";
    report.problem(field.at, field.key, `names ${written}, which ${resolved.reason}`, hint);
    return values;
  }
  const lines = await readEnvFile(resolved.path, variables, { repository, report, isRaw });
  if (lines === null) {
    sayMissing(field, resolved.path, report);
    return values;
  }
  for (const { name, value } of lines) {
    const content = value ?? variables(name);
    if (content !== undefined) values.set(name, content);
  }
  return values;
}

function sayMissing(field: Field, path: string, report: Report): void {
  if (flag(child(field, "required")) === false) {
    report.note(field.key, `names ${path}, which is not in the repository, but is not required either`);
    return;
  }
  const hint =
    "Commit it, or mark it required: false and set its variables on the product's Variables page, where secrets belong.";
  report.problem(field.at, field.key, `names ${path}, which is not a file in the repository`, hint);
}
