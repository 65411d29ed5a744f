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
