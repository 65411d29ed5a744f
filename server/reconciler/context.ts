import type { PipelineContext } from "../pipeline/context/context.ts";
import type { BuildLimiter } from "../ports/host/build-limiter.ts";
import type { Firewall } from "../ports/host/firewall.ts";
import type { Log } from "../ports/log.ts";

/** The ports and settings that the reconciler needs. It shares those of containers with the pipeline. */
export interface ReconcilerNeeds
  extends Pick<
    PipelineContext,
    | "instance"
    | "engine"
    | "git"
    | "mountFiles"
    | "proxy"
    | "prober"
    | "store"
    | "clock"
    | "limits"
    | "publishRoutes"
    | "makeRoom"
    | "failpoint"
  > {
  readonly firewall: Firewall;
  readonly buildLimiter: BuildLimiter;
  readonly drainTimeoutMs: number;
  readonly keepVersions: number;
  /** How long a version keeps its images after it was replaced; null means as long as it is among these. */
  readonly keepVersionDays: number | null;
  /** The limit of the build cache; null when Baton leaves the cache alone. */
  readonly buildCacheBytes: number | null;
  /** How long a record of the build cache is kept unused; null means as long as there is room. */
  readonly buildCacheDays: number | null;
  /** Tells the worker that something is queued. */
  readonly wakeQueue: () => void;
  /** How many days, and of how many deployments of an installation, logs are kept; null means no limit. */
  readonly logRetention: { readonly days: number | null; readonly deployments: number | null };
}

/** The first argument of each of the reconciler's steps. */
export interface ReconcilerContext extends ReconcilerNeeds {
  readonly log: Log;
  /** Aborted when the reconciler stops. */
  readonly signal: AbortSignal;
}

/** Logs a failure that the next pass retries. A reconciler that stops has nothing to report. */
export function warn(
  { log, signal }: Pick<ReconcilerContext, "log" | "signal">,
  error: unknown,
  message: string,
): void {
  if (!signal.aborted) log.warn({ err: error }, message);
}
