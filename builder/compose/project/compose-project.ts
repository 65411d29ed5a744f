import type { ServiceKind } from "../../../server/model/deployment/spec.ts";

export type ComposeResult =
  | { readonly type: "project"; readonly project: ComposeProject }
  | {
      readonly type: "refused";
      /** All of them, in the order of the files and their lines. */
      readonly problems: readonly ComposeProblem[];
      /** Why a Dockerfile beside the file should be used instead of it; null: the problems are what counts. */
      readonly givesWay: string | null;
      /** It names no service, and nothing else is wrong: it gives way to any app. */
      readonly isEmpty: boolean;
    };

/** One thing that keeps a compose file from being deployed: one sentence why, one what to do instead. */
export interface ComposeProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Where in the file: `services.web.volumes[0]`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/** A compose file, its override and all that it includes and extends, in one normal form. Paths are relative to the repository's root. */
export interface ComposeProject {
  /** What the file calls itself, if it does. */
  readonly name: string | null;
  /** The folder of the compose file; empty for the root. */
  readonly folder: string;
  /** Those that run: without the services of profiles that are off. In the order of the file. */
  readonly services: readonly ComposeService[];
  /** Named volumes that a service uses. */
  readonly volumes: readonly string[];
  /** What was accepted and replaced or left out, one line each, with its key. */
  readonly notes: readonly string[];
  /** What is probably not meant so: variables that are empty. */
  readonly warnings: readonly string[];
  /** What is not done as the file asks, and where it asks for it. */
  readonly remarks: readonly Remark[];
  readonly variablesUsed: readonly VariableUse[];
}

export interface Remark {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A variable that the file names. */
export interface VariableUse {
  readonly name: string;
  /** Somewhere in the file stands what to take when it is not set. */
  readonly hasDefault: boolean;
  /** It is set nowhere: where the file has no default, it is empty. */
  readonly isMissing: boolean;
}

export interface ComposeService {
  readonly name: string;
  /** Where it is written; line from 1. */
  readonly at: { readonly file: string; readonly line: number };
  readonly source: ComposeImage | ComposeBuild;
  /** Null: the image's own. Empty: none, not even the image's. */
  readonly command: readonly string[] | null;
  /** Null: the image's own. Empty: none, not even the image's. */
  readonly entrypoint: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly ComposePort[];
  /** TCP ports that other services are told of. */
  readonly expose: readonly number[];
  readonly volumes: readonly ComposeMount[];
  readonly files: readonly ComposeFile[];
  readonly dependsOn: readonly ComposeDependency[];
  /** Null: the image's own. */
  readonly healthcheck: ComposeHealthcheck | null;
  readonly restart: "no" | "always" | "on-failure" | "unless-stopped" | null;
  readonly user: string | null;
  readonly workingDir: string | null;
  readonly hostname: string | null;
  /** Further names by which other services know it: of links, of networks, and what the file calls its container. */
  readonly aliases: readonly string[];
  readonly keepsStdinOpen: boolean;
  readonly init: boolean | null;
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly shmSizeBytes: number | null;
  readonly ulimits: Readonly<Record<string, Ulimit>>;
  /** Kernel parameters of the container's own namespaces only. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The root file system cannot be written. */
  readonly readOnly: boolean;
  /** Without `CAP_`, in capitals. `add` holds nothing that an ordinary container does not have; it counts after `drop: ["ALL"]`. */
  readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
  readonly limits: ComposeLimits;
  readonly labels: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  readonly xBaton: XBaton;
  /** As the file has it; Baton runs one. */
  readonly replicas: number;
}

export interface ComposeImage {
  readonly type: "image";
  readonly reference: string;
}

export interface ComposeBuild {
  readonly type: "build";
  /** A folder; empty for the root of the repository. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  /** The text to build from instead of that file. */
  readonly dockerfileInline: string | null;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /** What the file calls the image that is built (`image:` beside `build:`): another service may run it by that name. */
  readonly tag: string | null;
}

export interface ComposePort {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  /** The host's port that the file asks for; null when any will do. */
  readonly published: number | null;
}

export type ComposeMount =
  | { readonly type: "volume"; readonly volume: string; readonly path: string; readonly readOnly: boolean }
  /** A file or folder of the commit. */
  | {
      readonly type: "repository";
      readonly source: string;
      readonly isFolder: boolean;
      readonly path: string;
      readonly readOnly: boolean;
    }
  | { readonly type: "tmpfs"; readonly path: string; readonly sizeBytes: number | null }
  /** Empty at the start of each container. */
  | { readonly type: "anonymous"; readonly path: string };

/** A config or a secret, as the container sees it. */
export interface ComposeFile {
  readonly name: string;
  readonly kind: "config" | "secret";
  readonly content:
    | { readonly type: "repository"; readonly source: string }
    | { readonly type: "text"; readonly text: string }
    /** The value of a variable of the product. */
    | { readonly type: "variable"; readonly variable: string };
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
}

export interface ComposeDependency {
  readonly service: string;
  readonly condition: "started" | "healthy" | "completed";
  /** False: this service starts as well when the other one fails. */
  readonly required: boolean;
}

export interface ComposeHealthcheck {
  readonly isDisabled: boolean;
  /** Docker's own form, which begins with CMD or CMD-SHELL; null: the image's own. */
  readonly test: readonly string[] | null;
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly startPeriodMs: number | null;
}

/** -1: no limit. */
export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

export interface ComposeLimits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
}

/** What `x-baton` says of a service. Null: nothing. */
export interface XBaton {
  readonly kind: ServiceKind | null;
  readonly port: number | null;
  readonly health: {
    readonly path: string | null;
    readonly intervalMs: number | null;
    readonly tryTimeoutMs: number | null;
    readonly timeoutMs: number | null;
    readonly successes: number | null;
  };
  readonly strategy: "blue-green" | "recreate" | null;
  readonly domains: readonly string[];
}
