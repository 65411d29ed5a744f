export interface ResourceLimits {
  readonly memoryBytes: number;
  readonly pids: number;
  /** The number of processors; 1.5 means one and a half. Null means no limit. */
  readonly cpus: number | null;
}
