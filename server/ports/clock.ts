/** Time as a dependency, so that rules get the time passed in and tests need not wait. */
export interface Clock {
  now(): Date;
  /** Monotonic milliseconds: differences are right even when the system clock is set. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborts with a TimeoutError after `ms`. Does not keep the process alive. */
  timeout(ms: number): AbortSignal;
}
