import type { Readable } from "node:stream";
import type { ImageId } from "../../model/names/ids.ts";
import type { Owner } from "./owner.ts";

export interface BuildRequest {
  /** The context: a tar stream that already honours .dockerignore. */
  readonly context: Readable;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  /** The tag the result gets: `baton-<instance>/…`. */
  readonly tag: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /**
   * Secrets by id, for `RUN --mount=type=secret,id=…`. They end up in no layer and no cache. Only BuildKit supports
   * such mounts.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly owner: Owner | null;
  /** Separates BuildKit's cache mounts between products (BUILDKIT_CACHE_MOUNT_NS). */
  readonly cacheNamespace: string;
}

export type BuildOutput =
  /** A step begins: "[2/4] RUN npm ci". `cached` when the engine reuses an earlier result. */
  | { readonly type: "step"; readonly name: string; readonly cached: boolean }
  | { readonly type: "line"; readonly text: string };

export interface ImageInfo {
  readonly id: ImageId;
  readonly tags: readonly string[];
  readonly exposedPorts: readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[];
  readonly user: string;
  /** The paths of its VOLUME instructions. */
  readonly volumes: readonly string[];
  /** The variables that its ENV instructions set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly createdAt: Date;
  /** Whether it has a HEALTHCHECK. */
  readonly hasHealthcheck: boolean;
}

export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
  /**
   * The command or instruction that failed, such as `npm run build`. Null when none did (a base image, a syntax error).
   */
  readonly step: string | null;
  readonly exitCode: number | null;
  /** The reference of a base image that could not be obtained. */
  readonly missingBase: string | null;
  constructor(
    message: string,
    facts: { step?: string | null; exitCode?: number | null; missingBase?: string | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.step = facts.step ?? null;
    this.exitCode = facts.exitCode ?? null;
    this.missingBase = facts.missingBase ?? null;
  }
}

export class PullFailed extends Error {
  override readonly name = "PullFailed";
  /** unreachable: no registry answered. missing: the registry has no such image. denied: it wants credentials. */
  readonly reason: "unreachable" | "missing" | "denied" | "other";
  constructor(message: string, reason: PullFailed["reason"], options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export class ImageMissing extends Error {
  override readonly name = "ImageMissing";
}
