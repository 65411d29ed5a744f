/** Keeps all builds together from taking the host's memory and processes. */
export interface BuildLimiter {
  /**
   * Sets the limits where they differ and reports whether they are in place. It is called regularly, because a reboot
   * resets them. Only rejects with the signal's reason.
   */
  apply(signal: AbortSignal): Promise<BuildLimitState>;
  /** The latest result of `apply`. Null before the first one. */
  state(): BuildLimitState | null;
  /** Lifts the limits. Rejects when they exist and cannot be lifted. */
  remove(signal: AbortSignal): Promise<void>;
}

export type BuildLimitState =
  /**
   * `each` says what the limit applies to: all builds together or, where the engine gives them nothing in common, each
   * of their steps.
   */
  | { readonly type: "held"; readonly limits: BuildLimits; readonly each: "all" | "step" }
  /** The administrator wants no limits. */
  | { readonly type: "off" }
  /** `why` is a clause: "Baton does not run as root". */
  | { readonly type: "missing"; readonly why: string };

/** What builds may use. Null means no limit. */
export interface BuildLimits {
  /** Swap is not counted. */
  readonly memoryBytes: number | null;
  /** Threads count as processes. */
  readonly processes: number | null;
}
