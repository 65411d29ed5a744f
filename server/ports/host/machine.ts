/** What Baton needs from the computer it runs on. */
export interface Machine {
  /** The disk that holds Baton's data. */
  disk(): Promise<{ readonly folder: string; readonly freeBytes: number; readonly totalBytes: number }>;
  /** "v22.11.0". */
  readonly nodeVersion: string;
}
