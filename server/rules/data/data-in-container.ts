import type { DeploymentSpec, Mount, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import { cleanPath, isWithin } from "./container-path.ts";
import { type DatabaseImage, databaseImage } from "./database-images.ts";
import { saysBlueGreen } from "./lasting-data.ts";

type Environment = Readonly<Record<string, string>>;

/** What is known of a service beside its spec. */
export interface Surroundings {
  /** The installation's. */
  readonly variables: DeploymentSpec["variables"];
  /** What the image itself sets. */
  readonly imageEnvironment: (service: ServiceSpec) => Environment;
  /** What the image is called where its spec does not say: one that an older Baton built. */
  readonly otherwiseBasedOn?: (service: ServiceSpec) => string | null;
}

/**
 * Finds the databases whose data lies in no volume at all, but in their container: they cannot run twice, and are kept for
 * as long as nothing about them changes. Comes after volumes without a name were made to last.
 */
export function withDataInContainers(stacks: readonly StackSpec[], around: Surroundings): readonly StackSpec[] {
  return stacks.map(({ name, services }) => ({ name, services: services.map((each) => marked(each, around)) }));
}

function marked(service: ServiceSpec, around: Surroundings): ServiceSpec {
  const { dataInContainer: former, ...rest } = service;
  const unmarked: ServiceSpec = former && rest.stateful === reasonOf(former) ? { ...rest, stateful: null } : rest;
  const found = dataInContainer(unmarked, around);
  if (!found) return unmarked;
  const stateful = unmarked.stateful ?? (saysBlueGreen(unmarked) ? null : reasonOf(found));
  return { ...unmarked, stateful, dataInContainer: found };
}

function reasonOf({ path }: NonNullable<ServiceSpec["dataInContainer"]>): string {
  return `keeps its data in its container, in ${path}`;
}

function dataInContainer(service: ServiceSpec, around: Surroundings): ServiceSpec["dataInContainer"] | null {
  const { basedOn = service.pulledAs ?? around.otherwiseBasedOn?.(service) ?? null } = service;
  const database = basedOn === null ? null : databaseImage(basedOn);
  if (!database || service.kind === "init" || isClient(service)) return null;
  if (database.mayBeCache && forgets(wordsOf(service))) return null;

  const { mounts } = service.container;
  const told = folderTold(service, database, {
    ...around.imageEnvironment(service),
    ...service.environment,
    ...(service.takesVariables ? around.variables : {}),
  });
  if (told !== null) {
    if (isWithin(told, "/dev/shm")) return null;
    return mounts.some((mount) => mount.type !== "anonymous" && isWithin(told, mount.path))
      ? null
      : { what: database.what, path: told };
  }
  // With a volume somewhere it may have been told to use that in ways that cannot be seen here.
  if (mounts.some(isKept)) return null;
  const inMemory = mounts.filter(({ type }) => type === "tmpfs");
  if (database.folders.some((folder) => inMemory.some(({ path }) => isWithin(folder, path)))) return null;
  return { what: database.what, path: database.folders[0] ?? "/" };
}

function isKept(mount: Mount): boolean {
  return mount.type === "volume" && !mount.readOnly;
}

/** An absolute folder that an option of its command or a variable names. */
function folderTold(service: ServiceSpec, database: DatabaseImage, environment: Environment): string | null {
  const { option, variables } = database;
  const words = wordsOf(service);
  const at = option === null ? -1 : words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const byOption = at < 0 ? null : words[at] === option ? words[at + 1] : words[at]?.slice((option?.length ?? 0) + 1);
  const told = [byOption, ...variables.map((name) => environment[name])].find((value) => value?.startsWith("/"));
  return told === undefined || told === null ? null : cleanPath(told);
}

/** One word each, also of a command line that a shell is given. */
function wordsOf({ command, container }: ServiceSpec): readonly string[] {
  return [...(container.entrypoint ?? []), ...(command ?? [])].flatMap((word) => word.split(/\s+/));
}

function forgets(words: readonly string[]): boolean {
  const after = (option: string) => words[words.indexOf(option) + 1];
  const isOff = words.includes("--save") && ["", '""', "''", undefined].includes(after("--save"));
  return isOff && !(words.includes("--appendonly") && after("--appendonly") === "yes");
}

const clients = new Set(
  "psql pg_dump pg_dumpall pg_restore pgbench mysqldump mysqladmin mariadb-dump mongosh mongodump mongorestore redis-cli valkey-cli".split(
    " ",
  ),
);

/** It uses the image for a program that talks to a database elsewhere. */
function isClient({ command, container }: ServiceSpec): boolean {
  const [program = ""] = [...(container.entrypoint ?? []), ...(command ?? [])];
  return clients.has(program.split("/").at(-1) ?? "");
}
