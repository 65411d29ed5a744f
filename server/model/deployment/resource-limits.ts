export interface ResourceLimits {
  readonly memoryBytes: number;
  readonly pids: number;
  /** Processors; 1.5 means one and a half. Null: no limit. */
  readonly cpus: number | null;
}
