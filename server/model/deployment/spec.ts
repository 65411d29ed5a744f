import type { CommitSha, DeploymentId, ImageId } from "../names/ids.ts";
import type { SettingSources } from "../service-settings.ts";
import type { HealthSpec } from "./health-spec.ts";
import type { ResourceLimits } from "./resource-limits.ts";

/**
 * web: HTTP behind Caddy. tcp: a database or cache, reached by name inside the product's network.
 * worker: no port. init: runs to its end, with exit code 0, before the others start.
 */
export type ServiceKind = "web" | "tcp" | "worker" | "init";

/** One container specification: all that is needed to create it again, variables apart. */
export interface ServiceSpec {
  /** Unique in the product. */
  readonly name: string;
  readonly kind: ServiceKind;
  /** Why it is of that kind, in words, where that was not plain: "publishes port 3000". */
  readonly kindReason: string | null;
  /** By id, so that a tag that moves cannot change a version after the fact. */
  readonly image: ImageId;
  /** What it was pulled as, e.g. `postgres:16`; null: it was built here. */
  readonly pulledAs: string | null;
  /** The image that it was pulled as, or that its Dockerfile builds on; null: none is known. Absent in versions made before this was noted. */
  readonly basedOn?: string | null;
  /** The port inside the container; null for kinds without one. */
  readonly port: number | null;
  /** True when the user or the image said so; false: Baton chose, and the app reads PORT. */
  readonly portDeclared: boolean;
  /** Overrides the image's own; an argument vector, never a shell string. */
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /** The installation's variables are in its environment too; false for images made by others, which get what the compose file gives them. */
  readonly takesVariables: boolean;
  readonly health: HealthSpec;
  /** SIGTERM, then this long, then SIGKILL. */
  readonly stopGraceMs: number;
  readonly limits: ResourceLimits;
  /** Where health and limits come from; absent in versions that were made before they could be set. */
  readonly settings?: SettingSources;
  /** Services of the product that come first. */
  readonly dependsOn: readonly Dependency[];
  /** Why two versions of it cannot run beside each other, as the rest of a sentence about it: "keeps its data in the volume db"; null: they can. */
  readonly stateful: string | null;
  /** What the user said about running two versions at once; null: nothing. Absent in versions made before this was noted. */
  readonly strategy?: "blue-green" | "recreate" | null;
  /** It is a database ("a PostgreSQL database") whose data, in `path`, is in no volume: it goes with its container. */
  readonly dataInContainer?: { readonly what: string; readonly path: string };
  /**
   * Of a stateful service that was kept as it was: the deployment that made its container. Null: this deployment makes one.
   * Of an init service: the deployment whose run counts; it does not run again. Decided before the first container of a
   * version is started.
   */
  readonly keptFrom: DeploymentId | null;
  readonly container: ContainerOptions;
  /** Hosts beside the ones that Baton gives: of `web` services. */
  readonly domains: readonly string[];
}

export interface Dependency {
  readonly service: string;
  /** It has been started; it has passed its check (and its own health check, where it has one); it ran to its end with exit code 0. */
  readonly condition: "started" | "healthy" | "completed";
  /** False: this service starts as well when the other one fails. */
  readonly required: boolean;
}

/** What a container can have beyond command and environment. Nearly all services have `plainContainer`. */
export interface ContainerOptions {
  /** Overrides the image's own; empty: none, not even the image's. */
  readonly entrypoint: readonly string[] | null;
  readonly user: string | null;
  readonly workingDir: string | null;
  readonly hostname: string | null;
  /** Further names by which the other services know it. */
  readonly aliases: readonly string[];
  /** A small init as process 1, which passes signals on and reaps orphans. */
  readonly init: boolean;
  readonly stopSignal: string | null;
  readonly shmSizeBytes: number | null;
  /** -1: no limit. */
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** Of the container's own namespaces only. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The root file system cannot be written. */
  readonly readOnly: boolean;
  /** Without `CAP_`. `drop` comes off the small default; `add` counts after `drop: ["ALL"]` and holds nothing beyond that default. */
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  /** Standard input has no end: a shell without a command waits on it. Absent: it is empty. */
  readonly keepsStdinOpen?: true;
  /** Null: the image's own. */
  readonly healthcheck: Healthcheck | null;
  readonly mounts: readonly Mount[];
}

export const plainContainer: ContainerOptions = {
  entrypoint: null,
  user: null,
  workingDir: null,
  hostname: null,
  aliases: [],
  init: true,
  stopSignal: null,
  shmSizeBytes: null,
  ulimits: {},
  sysctls: {},
  readOnly: false,
  capabilities: { drop: [], add: [] },
  healthcheck: null,
  mounts: [],
};

/** A check that the engine runs inside the container. Nulls: the engine's defaults. */
export interface Healthcheck {
  readonly isDisabled: boolean;
  /** Docker's own form, which begins with CMD or CMD-SHELL; null: the image's own. */
  readonly test: readonly string[] | null;
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly startPeriodMs: number | null;
}

/** `path` is where it is in the container. */
export type Mount =
  /** Lasts as long as the installation; known by this name in the stack. */
  | {
      readonly type: "volume";
      readonly volume: string;
      readonly path: string;
      readonly readOnly: boolean;
      /** Nobody named it: the image says VOLUME, or the compose file mounts a path without a name. Absent: the user did. */
      readonly origin?: "image" | "anonymous";
      /** It is new in this version, and filled from what the live container had at its path. */
      readonly carried?: boolean;
    }
  /** A file or folder of the commit. `digest` changes when its content does. */
  | {
      readonly type: "repository";
      /** Relative to the repository's root; empty for all of it. */
      readonly source: string;
      readonly digest: string;
      readonly path: string;
      readonly readOnly: boolean;
    }
  /** A file made of a text: a config or a secret. `mode` is its permission bits. */
  | { readonly type: "text"; readonly text: string; readonly path: string; readonly mode: number }
  /** A file made of the value of a variable. */
  | { readonly type: "variable"; readonly variable: string; readonly path: string; readonly mode: number }
  | { readonly type: "tmpfs"; readonly path: string; readonly sizeBytes: number | null }
  /** Starts with what the image has there, afresh for each container. */
  | { readonly type: "anonymous"; readonly path: string };

/** Services that belong together: one compose file, one Dockerfile, or one detected app. */
export interface StackSpec {
  readonly name: string;
  readonly services: readonly ServiceSpec[];
}

/** A host name and the `web` service that answers it. */
export interface RouteSpec {
  readonly host: string;
  readonly service: string;
  /** The service cannot run twice: while it is replaced, requests wait for it. */
  readonly waits?: boolean;
}

/** The immutable record of one version, complete enough to be made live again without the repository. */
export interface DeploymentSpec {
  readonly commit: CommitSha;
  readonly stacks: readonly StackSpec[];
  /** Plain values here; the store encrypts them at rest and nothing else writes them down. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of those that are not secret; absent in versions that were made when all were. */
  readonly plainVariables?: readonly string[];
  readonly routes: readonly RouteSpec[];
  /** Absent in versions that were made before it was kept. */
  readonly buildSettings?: BuildSettings;
}

/** What the builds of a version were told beside its commit and its variables. */
export interface BuildSettings {
  /** Variables that a user marked as known to builds (true) or not (false); the others go by their names. */
  readonly marks: Readonly<Record<string, boolean>>;
  /** The folder of the repository that is the product; empty for all of it. */
  readonly rootDirectory: string;
}

/** Names of variables that may be shown, for values that were read one after the other: one that differs is not sure. */
export function plainNames(
  variables: DeploymentSpec["variables"],
  visible: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys(visible).filter((name) => visible[name] === variables[name]);
}

/** What no output may show. */
export function secretVariablesOf({
  variables,
  plainVariables = [],
}: Pick<DeploymentSpec, "variables" | "plainVariables">) {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !plainVariables.includes(name)));
}

export function servicesOf(spec: Pick<DeploymentSpec, "stacks">): readonly ServiceSpec[] {
  return spec.stacks.flatMap((stack) => stack.services);
}
