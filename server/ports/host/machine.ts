/** What Baton asks of the computer that it runs on. */
export interface Machine {
  /** Of the disk that holds Baton's data. */
  disk(): Promise<{ readonly folder: string; readonly freeBytes: number; readonly totalBytes: number }>;
  /** "v22.11.0". */
  readonly nodeVersion: string;
}
