import { child, type Field, rootField, text } from "../read/field.ts";
import type { FileRequest, Loader } from "../read/loader.ts";
import type { Report } from "../read/report.ts";
import { type Entry, type Mapping, mapping } from "../read/value.ts";
import { folderOf, type Repository, resolvePath } from "../values/repository-path.ts";
import { mergeServices } from "./merge.ts";

/** The limit on a chain of `extends`. Real files have one or two steps. */
const maxSteps = 20;

interface Surroundings {
  readonly loader: Loader;
  readonly repository: Repository;
  readonly report: Report;
}

/** Returns the file with every `extends` replaced by the content of the extended service. */
export async function resolveExtends(root: Mapping, file: FileRequest, surroundings: Surroundings): Promise<Mapping> {
  const services = child(rootField(root), "services");
  if (services?.value.type !== "mapping") return root;
  const entries = new Map<string, Entry>();
  const progress: Progress = { circles: new Set(), done: new Map() };
  for (const [name, entry] of services.value.entries) {
    const extended = await extendService({ name, root, file }, [], surroundings, progress);
    entries.set(name, extended ? { at: entry.at, value: extended } : entry);
  }
  const resolved = { at: services.at, value: mapping(entries, services.value) };
  return mapping(new Map([...root.entries, ["services", resolved]]), root);
}

interface Progress {
  /** The cycles that were reported already. */
  readonly circles: Set<string>;
  /** Services that were resolved already. */
  readonly done: Map<string, Mapping>;
}

interface Reference {
  readonly name: string;
  readonly root: Mapping;
  readonly file: FileRequest;
}

async function extendService(
  { name, root, file }: Reference,
  chain: readonly string[],
  surroundings: Surroundings,
  progress: Progress,
): Promise<Mapping | null> {
  const service = child(child(rootField(root), "services"), name);
  if (service?.value.type !== "mapping") return null;
  const field = child(service, "extends");
  if (!field) return service.value;

  const own = mapping(new Map([...service.value.entries].filter(([key]) => key !== "extends")), service.value);
  const here = `${name} in ${file.path}`;
  const before = progress.done.get(here);
  if (before) return before;
  if (chain.length > maxSteps) {
    const what = `extends through more than ${maxSteps} services`;
    surroundings.report.problem(field.at, field.key, what, "Shorten the chain.");
    return own;
  }
  if (chain.includes(here)) {
    sayCircle(chain.slice(chain.indexOf(here)), field, surroundings.report, progress);
    return own;
  }
  const target = await findTarget(field, { name, root, file }, surroundings);
  const below = target && (await extendService(target, [...chain, here], surroundings, progress));
  const whole = below ? mergeServices(below, own) : own;
  progress.done.set(here, whole);
  return whole;
}

/** Reports a cycle once, although each of its services leads into it. */
function sayCircle(members: readonly string[], field: Field, report: Report, { circles }: Progress): void {
  const id = members.toSorted().join("\n");
  if (circles.has(id)) return;
  circles.add(id);
  const circle = [...members, members[0]].join(", which extends ");
  report.problem(field.at, field.key, `goes round in a circle: ${circle}`, "Break the circle.");
}

/** Null means that the service does not exist, which has been reported. */
async function findTarget(
  field: Field,
  { root, file }: Reference,
  { loader, repository, report }: Surroundings,
): Promise<Reference | null> {
  const name = text(field) ?? text(child(field, "service")) ?? "";
  const target = await findFile(field, { root, file }, { loader, repository, report });
  if (!target) return null;
  if (child(child(rootField(target.root), "services"), name)) return { name, ...target };
  report.problem(
    field.at,
    field.key,
    `names the service ${name}, which ${target.file.path} does not have`,
    "Correct the name.",
  );
  return null;
}

async function findFile(
  field: Field,
  here: Omit<Reference, "name">,
  { loader, repository, report }: Surroundings,
): Promise<Omit<Reference, "name"> | null> {
  const written = child(field, "file");
  const path = text(written);
  if (written === null || path === null) return here;
  const hint = "Name a compose file of this repository, relative to the file that extends it.";
  const resolved = resolvePath(written.at.folder, path);
  if (resolved.type === "outside") {
    report.problem(written.at, written.key, `names ${path}, which ${resolved.reason}`, hint);
    return null;
  }
  if (repository.kindOf(resolved.path) !== "file") {
    report.problem(written.at, written.key, `names ${resolved.path}, which is not a file in the repository`, hint);
    return null;
  }
  const file = { path: resolved.path, folder: folderOf(resolved.path), variables: here.file.variables };
  const root = await loader.load(file);
  return root && { root, file };
}
