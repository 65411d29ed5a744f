/** Time as a dependency, so that rules are told the hour and tests need not wait for it. */
export interface Clock {
  now(): Date;
  /** Monotonic milliseconds: differences survive a clock that is set. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Is aborted with a TimeoutError after `ms`. Keeps no process alive. */
  timeout(ms: number): AbortSignal;
}
