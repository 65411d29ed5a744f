import type { DeploymentSpec, Mount, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import { cleanPath, isWithin } from "./container-path.ts";
import { type DatabaseImage, databaseImage } from "./database-images.ts";
import { saysBlueGreen } from "./lasting-data.ts";

type Environment = Readonly<Record<string, string>>;

/** Facts about a service that are not in its spec. */
export interface Surroundings {
  /** The variables of the installation. */
  readonly variables: DeploymentSpec["variables"];
  /** The environment that the image itself sets. */
  readonly imageEnvironment: (service: ServiceSpec) => Environment;
  /** The name of the base image where the spec does not have it, because an older Baton built the image. */
  readonly otherwiseBasedOn?: (service: ServiceSpec) => string | null;
}

/**
 * Finds databases that keep their data in the container instead of a volume. They cannot run twice, so they are kept
 * running until their spec changes. Call it after anonymous volumes were made lasting.
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
  const configured = configuredFolder(service, database, {
    ...around.imageEnvironment(service),
    ...service.environment,
    ...(service.takesVariables ? around.variables : {}),
  });
  if (configured !== null) {
    if (isWithin(configured, "/dev/shm")) return null;
    return mounts.some((mount) => mount.type !== "anonymous" && isWithin(configured, mount.path))
      ? null
      : { what: database.what, path: configured };
  }
  // A volume anywhere may hold the data in a way that cannot be seen from here.
  if (mounts.some(isKept)) return null;
  const inMemory = mounts.filter(({ type }) => type === "tmpfs");
  if (database.folders.some((folder) => inMemory.some(({ path }) => isWithin(folder, path)))) return null;
  return { what: database.what, path: database.folders[0] ?? "/" };
}

function isKept(mount: Mount): boolean {
  return mount.type === "volume" && !mount.readOnly;
}

/** The absolute folder that a command-line option or a variable names. */
function configuredFolder(service: ServiceSpec, database: DatabaseImage, environment: Environment): string | null {
  const { option, variables } = database;
  const words = wordsOf(service);
  const at = option === null ? -1 : words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const byOption = at < 0 ? null : words[at] === option ? words[at + 1] : words[at]?.slice((option?.length ?? 0) + 1);
  const configured = [byOption, ...variables.map((name) => environment[name])].find((value) => value?.startsWith("/"));
  return configured === undefined || configured === null ? null : cleanPath(configured);
}

/** Splits the command into words, also when it is a command line for a shell. */
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

/** Whether the service only uses the image for a client of a database elsewhere. */
function isClient({ command, container }: ServiceSpec): boolean {
  const [program = ""] = [...(container.entrypoint ?? []), ...(command ?? [])];
  return clients.has(program.split("/").at(-1) ?? "");
}
