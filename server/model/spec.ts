import type { CommitSha, ImageId } from "./ids.ts";

/**
 * web: HTTP behind Caddy. tcp: a database or cache, reached by name inside the product's network.
 * worker: no port. init: runs to its end, with exit code 0, before the others start.
 */
export type ServiceKind = "web" | "tcp" | "worker" | "init";

/** When a service counts as healthy. Durations are milliseconds. */
export interface HealthSpec {
  /** What a `web` service is asked for; other kinds ignore it. */
  readonly path: string;
  /** The longest pause between two tries; the first ones come quicker (every 100 ms). */
  readonly intervalMs: number;
  /** One try may take this long. */
  readonly tryTimeoutMs: number;
  /** From the container's own start until it must have passed. */
  readonly timeoutMs: number;
  /** Successes in a row, without a restart in between, that open the gate. */
  readonly successes: number;
}

export interface ResourceLimits {
  readonly memoryBytes: number;
  readonly pids: number;
  /** Processors; 1.5 means one and a half. Null: no limit. */
  readonly cpus: number | null;
}

/** One container specification: all that is needed to create it again, variables apart. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind: ServiceKind;
  /** By id, so that a tag that moves cannot change a version after the fact. */
  readonly image: ImageId;
  /** The port inside the container; null for kinds without one. */
  readonly port: number | null;
  /** True when the user or the image said so; false: Baton chose, and the app reads PORT. */
  readonly portDeclared: boolean;
  /** Overrides the image's own; an argument vector, never a shell string. */
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly health: HealthSpec;
  /** SIGTERM, then this long, then SIGKILL. */
  readonly stopGraceMs: number;
  readonly limits: ResourceLimits;
}

/** Services that belong together: one compose file, one Dockerfile, or one detected app. */
export interface StackSpec {
  readonly name: string;
  readonly services: readonly ServiceSpec[];
}

/** A host name and the `web` service that answers it. */
export interface RouteSpec {
  readonly host: string;
  readonly service: string;
}

/** The immutable record of one version, complete enough to be made live again without the repository. */
export interface DeploymentSpec {
  readonly commit: CommitSha;
  readonly stacks: readonly StackSpec[];
  /** Plain values here; the store encrypts them at rest and nothing else writes them down. */
  readonly variables: Readonly<Record<string, string>>;
  readonly routes: readonly RouteSpec[];
}

export function servicesOf(spec: Pick<DeploymentSpec, "stacks">): readonly ServiceSpec[] {
  return spec.stacks.flatMap((stack) => stack.services);
}
