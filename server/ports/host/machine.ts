/** A file system, named by a folder in it. */
export interface Disk {
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What Baton needs from the computer it runs on. */
export interface Machine {
  /** The disk that holds Baton's data. */
  disk(): Promise<Disk>;
  /** The disk that holds another folder. Null when there is no such folder on this computer, or it cannot be read. */
  diskOf(folder: string): Promise<Disk | null>;
  /** "v22.11.0". */
  readonly nodeVersion: string;
}
