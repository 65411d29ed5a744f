/** Keeps all builds of the engine together from taking the host's memory and processes. */
export interface BuildLimiter {
  /**
   * Sets the limits where they are not what is wanted, and finds out whether they hold. Called again and again, since a
   * reboot forgets them. Never rejects but for the signal.
   */
  apply(signal: AbortSignal): Promise<BuildLimitState>;
  /** What `apply` found the last time; null: it has not been asked yet. */
  state(): BuildLimitState | null;
  /** Lifts the limits. Rejects when they are there and cannot be lifted. */
  remove(signal: AbortSignal): Promise<void>;
}

export type BuildLimitState =
  /** `each`: all builds together, or, where the engine gives them nothing in common, each of their steps. */
  | { readonly type: "held"; readonly limits: BuildLimits; readonly each: "all" | "step" }
  /** The administrator wants none. */
  | { readonly type: "off" }
  /** `why` is a clause: "Baton does not run as root". */
  | { readonly type: "missing"; readonly why: string };

/** What builds may take; null: as much as there is. */
export interface BuildLimits {
  /** Without swap. */
  readonly memoryBytes: number | null;
  /** Threads count as processes. */
  readonly processes: number | null;
}
