import type { ContainerOptions, ServiceKind, ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { SourceLocation } from "../../source/source-location.ts";

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
export interface ComposeProblem extends SourceLocation {
  readonly line: number;
  /** Where in the file: `services.web.volumes[0]`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/** A compose file, its override and all that it includes and extends, in one normal form. Paths are relative to the repository's root. */
export interface ComposeProject {
  /** The folder of the compose file; empty for the root. */
  readonly folder: string;
  /** Those that run: without the services of profiles that are off. In the order of the file. */
  readonly services: readonly ComposeService[];
  /** What was accepted and replaced or left out, one line each, with its key. */
  readonly notes: readonly string[];
  /** What is probably not meant so: variables that are empty. */
  readonly warnings: readonly string[];
  /** What is not done as the file asks, and where it asks for it. */
  readonly remarks: readonly Remark[];
}

export interface Remark extends SourceLocation {
  readonly message: string;
}

/** A service that the file defines, in the model's own types, with what decides how Baton runs it. */
export interface ComposeService extends Pick<ServiceSpec, "name" | "command" | "environment" | "dependsOn"> {
  /** Where it is written. */
  readonly at: SourceLocation;
  readonly source: ComposeImage | ComposeBuild;
  readonly ports: readonly ComposePort[];
  /** TCP ports that other services are told of. */
  readonly expose: readonly number[];
  /** Digests of its mounts are still empty. */
  readonly container: Omit<ContainerOptions, "init">;
  /** Null: the file does not say, and it depends on the image. */
  readonly init: boolean | null;
  readonly restart: "no" | "always" | "on-failure" | "unless-stopped" | null;
  readonly stopGraceMs: number | null;
  readonly limits: ComposeLimits;
  readonly labels: Readonly<Record<string, string>>;
  readonly xBaton: XBaton;
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
