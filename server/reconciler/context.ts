import type { PipelineContext } from "../pipeline/context.ts";
import type { BuildLimiter } from "../ports/host/build-limiter.ts";
import type { Firewall } from "../ports/host/firewall.ts";

/** What looking after things takes: the pipeline's world, and how long and how much is kept. */
export interface ReconcilerContext
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
    | "failpoint"
  > {
  readonly firewall: Firewall;
  readonly buildLimiter: BuildLimiter;
  readonly drainTimeoutMs: number;
  readonly keepVersions: number;
  /** What the build cache may grow to; null: it is left alone. */
  readonly buildCacheBytes: number | null;
}
