import type { CommitSha, DeploymentId, ImageId } from "../names/ids.ts";
import type { SettingSources } from "../service-settings.ts";
import type { HealthSpec } from "./health-spec.ts";
import type { ResourceLimits } from "./resource-limits.ts";

/**
 * `web` serves HTTP behind Caddy. `tcp` is a database or cache, reached by name inside the product's network. `worker`
 * has no port. `init` runs to its end, with exit code 0, before the others start.
 */
export type ServiceKind = "web" | "tcp" | "worker" | "init";

/** One container specification: everything needed to create the container again, except variables. */
export interface ServiceSpec {
  /** Unique in the product. */
  readonly name: string;
  readonly kind: ServiceKind;
  /** Why it has that kind, where this was not obvious: "publishes port 3000". */
  readonly kindReason: string | null;
  /** An id, so that a moving tag cannot change a version afterwards. */
  readonly image: ImageId;
  /** The reference that it was pulled by, e.g. `postgres:16`; null when it was built here. */
  readonly pulledAs: string | null;
  /** The image that it was pulled as, or that its Dockerfile builds on; null when unknown. Absent in older versions. */
  readonly basedOn?: string | null;
  /** The port inside the container; null for kinds without one. */
  readonly port: number | null;
  /** True when the user or the image declared it; false when Baton chose it, and the app reads PORT. */
  readonly portDeclared: boolean;
  /** Overrides the image's command; an argument vector, never a shell string. */
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Whether its environment includes the installation's variables. False for third-party images, which get only what
   * the compose file gives them.
   */
  readonly takesVariables: boolean;
  readonly health: HealthSpec;
  /** The time between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  readonly limits: ResourceLimits;
  /** Where its health check and limits come from; absent in versions from before they could be set. */
  readonly settings?: SettingSources;
  /** How many of it the repository asks for; absent when it does not say, and in older versions: one. */
  readonly replicas?: number;
  /** How many this deployment starts, if more than one. A user may have set another number than the repository. */
  readonly started?: number;
  /** Whether the repository wants a visitor to come back to the same replica, by a cookie. Absent when not. */
  readonly sticky?: boolean;
  /** Services of the product that must start first. */
  readonly dependsOn: readonly Dependency[];
  /**
   * Why two versions of it cannot run at the same time, as the end of a sentence: "keeps its data in the volume db";
   * null when they can.
   */
  readonly stateful: string | null;
  /** The user's choice about running two versions at once; null when there is none. Absent in older versions. */
  readonly strategy?: "blue-green" | "recreate" | null;
  /**
   * Set for a database (`what`: "a PostgreSQL database") whose data in `path` is in no volume and is lost with its
   * container.
   */
  readonly dataInContainer?: { readonly what: string; readonly path: string };
  /**
   * For a stateful service that was kept: the deployment that created its container; null when this deployment creates
   * one. For an init service: the deployment whose run counts, so that it does not run again. Decided before the first
   * container of a version is started.
   */
  readonly keptFrom: DeploymentId | null;
  readonly container: ContainerOptions;
  /** Hosts of a `web` service, in addition to those that Baton gives it. */
  readonly domains: readonly string[];
}

export interface Dependency {
  readonly service: string;
  /**
   * `started`: it has been started. `healthy`: it has passed its check (and its own health check, if it has one).
   * `completed`: it ended with exit code 0.
   */
  readonly condition: "started" | "healthy" | "completed";
  /** When false, this service starts even if the other one fails. */
  readonly required: boolean;
}

/** The options of a container besides command and environment. Nearly all services have `plainContainer`. */
export interface ContainerOptions {
  /** Overrides the image's entrypoint; an empty list means none, not even the image's. */
  readonly entrypoint: readonly string[] | null;
  readonly user: string | null;
  readonly workingDir: string | null;
  readonly hostname: string | null;
  /** Further names by which other services reach it. */
  readonly aliases: readonly string[];
  /** Whether a small init runs as process 1, which forwards signals and reaps orphans. */
  readonly init: boolean;
  readonly stopSignal: string | null;
  readonly shmSizeBytes: number | null;
  /** -1 means no limit. */
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** Only those of the container's own namespaces. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Whether the root file system is read-only. */
  readonly readOnly: boolean;
  /**
   * Capability names without `CAP_`. `drop` removes from the small default; `add` applies after `drop: ["ALL"]` and
   * contains nothing beyond that default.
   */
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  /** Set when standard input stays open: a shell without a command waits on it. Absent when it is empty. */
  readonly keepsStdinOpen?: true;
  /** Null means the image's own. */
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

/** A check that the engine runs inside the container. Null means the engine's default. */
export interface Healthcheck {
  readonly isDisabled: boolean;
  /** Docker's own form, which begins with CMD or CMD-SHELL; null means the image's own. */
  readonly test: readonly string[] | null;
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly startPeriodMs: number | null;
}

/** `path` is the path in the container. */
export type Mount =
  /** A volume that lasts as long as the installation; `volume` is its name in the stack. */
  | {
      readonly type: "volume";
      readonly volume: string;
      readonly path: string;
      readonly readOnly: boolean;
      /**
       * Set when the user did not name it: the image declares VOLUME, or the compose file mounts a path without a name.
       * Absent otherwise.
       */
      readonly origin?: "image" | "anonymous";
      /** Whether it is new in this version and filled from the live container's data at its path. */
      readonly carried?: boolean;
    }
  /** A file or folder of the commit. `digest` changes when its content does. */
  | {
      readonly type: "repository";
      /** Relative to the repository's root; empty for the whole repository. */
      readonly source: string;
      readonly digest: string;
      readonly path: string;
      readonly readOnly: boolean;
    }
  /** A file with a given text: a config or a secret. `mode` is its permission bits. */
  | { readonly type: "text"; readonly text: string; readonly path: string; readonly mode: number }
  /** A file that contains the value of a variable. */
  | { readonly type: "variable"; readonly variable: string; readonly path: string; readonly mode: number }
  | { readonly type: "tmpfs"; readonly path: string; readonly sizeBytes: number | null }
  /** A new volume for each container, which starts with the image's content. */
  | { readonly type: "anonymous"; readonly path: string };

/** Services that belong together: one compose file, one Dockerfile, or one detected app. */
export interface StackSpec {
  readonly name: string;
  readonly services: readonly ServiceSpec[];
}

/** A host name and the `web` service that serves it. */
export interface RouteSpec {
  readonly host: string;
  readonly service: string;
  /** Whether requests wait while the service is replaced, because it cannot run twice. */
  readonly waits?: boolean;
}

/** The immutable record of one version, complete enough to be made live again without the repository. */
export interface SpecVariables {
  /** Plain text here; the store encrypts them at rest, and nothing else writes them to disk. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of variables that are not secret; absent in versions from when all were. */
  readonly plainVariables?: readonly string[];
  /** Secrets of other products that the variables contain, by `product.NAME`; absent if there are none. */
  readonly foreignSecrets?: Readonly<Record<string, string>>;
}

export interface DeploymentSpec extends SpecVariables {
  readonly commit: CommitSha;
  readonly stacks: readonly StackSpec[];
  readonly routes: readonly RouteSpec[];
  /** Absent in older versions. */
  readonly buildSettings?: BuildSettings;
}

/** What a version consists of, without anything that may contain a secret. */
export interface StackOutline {
  readonly name: string;
  readonly services: readonly ServiceOutline[];
}

/** What a service is called, and how to find its container. */
export type ServiceOutline = Pick<ServiceSpec, "name" | "kind" | "keptFrom">;

export function outlineOf({ stacks }: Pick<DeploymentSpec, "stacks">): readonly StackOutline[] {
  return stacks.map(({ name, services }) => ({
    name,
    services: services.map(({ name, kind, keptFrom }) => ({ name, kind, keptFrom })),
  }));
}

/** What the builds of a version used in addition to its commit and its variables. */
export interface BuildSettings {
  /** Variables that a user marked as available to builds (true) or not (false); the names decide for the others. */
  readonly marks: Readonly<Record<string, boolean>>;
  /** The folder of the repository that contains the product; empty for the whole repository. */
  readonly rootDirectory: string;
}

/**
 * The names of variables that may be shown, given sets of values that were read one after the other. A value that
 * changed in between may not be shown.
 */
export function plainNames(
  variables: DeploymentSpec["variables"],
  visible: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys(visible).filter((name) => visible[name] === variables[name]);
}

/** The variables that no output may show, and what they contain of other products. */
export function secretVariablesOf({ variables, plainVariables = [], foreignSecrets = {} }: SpecVariables) {
  const own = Object.fromEntries(Object.entries(variables).filter(([name]) => !plainVariables.includes(name)));
  return { ...foreignSecrets, ...own };
}

export function servicesOf(spec: Pick<DeploymentSpec, "stacks">): readonly ServiceSpec[] {
  return spec.stacks.flatMap((stack) => stack.services);
}
