import type { ContainerOptions, ServiceKind, ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { SourceLocation } from "../../source/source-location.ts";

export type ComposeResult =
  | { readonly type: "project"; readonly project: ComposeProject }
  | {
      readonly type: "refused";
      /** All problems, in the order of the files and their lines. */
      readonly problems: readonly ComposeProblem[];
      /** Why a Dockerfile in the same folder should be used instead of this file; null when the problems decide. */
      readonly givesWay: string | null;
      /** Whether the only problem is that the file names no service. Any app takes precedence over such a file. */
      readonly isEmpty: boolean;
    };

/** One problem that keeps a compose file from being deployed: one sentence why, one what to do instead. */
export interface ComposeProblem extends SourceLocation {
  readonly line: number;
  /** The path in the file: `services.web.volumes[0]`. Empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * A compose file merged with its override and all that it includes and extends, in one normal form. Paths are relative
 * to the repository's root.
 */
export interface ComposeProject {
  /** The folder of the compose file; empty for the root. */
  readonly folder: string;
  /** The services that run, in the order of the file. Services whose profiles are off are left out. */
  readonly services: readonly ComposeService[];
  /** Keys that were accepted and then replaced or left out, one line each. */
  readonly notes: readonly string[];
  /** Things that are probably mistakes, such as empty variables. */
  readonly warnings: readonly string[];
  /** Things that Baton does differently from what the file asks, with the place in the file. */
  readonly remarks: readonly Remark[];
}

export interface Remark extends SourceLocation {
  readonly message: string;
}

/** A service that the file defines, in the model's own types, with the values that decide how Baton runs it. */
export interface ComposeService extends Pick<ServiceSpec, "name" | "command" | "environment" | "dependsOn"> {
  /** The place in the file where the service is defined. */
  readonly at: SourceLocation;
  readonly source: ComposeImage | ComposeBuild;
  readonly ports: readonly ComposePort[];
  /** TCP ports that the file exposes to the other services. */
  readonly expose: readonly number[];
  /** The container's options. The digests of its mounts are still empty. */
  readonly container: Omit<ContainerOptions, "init">;
  /** Null when the file does not say; then it depends on the image. */
  readonly init: boolean | null;
  readonly restart: "no" | "always" | "on-failure" | "unless-stopped" | null;
  readonly stopGraceMs: number | null;
  readonly limits: ComposeLimits;
  /** Says how many of it run; null when the file does not. */
  readonly replicas: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly xBaton: XBaton;
}

export interface ComposeImage {
  readonly type: "image";
  readonly reference: string;
}

export interface ComposeBuild {
  readonly type: "build";
  /** The context's folder; empty for the repository's root. */
  readonly context: string;
  /** The Dockerfile's path, relative to the context. */
  readonly dockerfile: string;
  /** The Dockerfile's text, to build from instead of the file. */
  readonly dockerfileInline: string | null;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /**
   * The name that the file gives to the built image (`image:` next to `build:`). Another service may run it by that
   * name.
   */
  readonly tag: string | null;
}

export interface ComposePort {
  readonly container: number;
  readonly protocol: "tcp" | "udp";
  /** The host port that the file asks for; null when any port will do. */
  readonly published: number | null;
}

export interface ComposeLimits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
}

/** The settings in a service's `x-baton`. Null means that a setting is absent. */
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
  readonly sticky: boolean;
  readonly domains: readonly string[];
}
