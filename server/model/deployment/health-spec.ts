/** When a service counts as healthy. Durations are in milliseconds. */
export interface HealthSpec {
  /** The path that a `web` service is probed at; other kinds ignore it. */
  readonly path: string;
  /** The longest pause between two probes; the first ones, and successes, follow faster (every 50 ms). */
  readonly intervalMs: number;
  /** The time limit of one probe. */
  readonly tryTimeoutMs: number;
  /** The time from the container's start within which it must pass. */
  readonly timeoutMs: number;
  /** The number of consecutive successes, without a restart in between, that pass the check. */
  readonly successes: number;
}
