import type { Readable } from "node:stream";
import type { ContainerId, ImageId } from "../../model/names/ids.ts";
import type { Owner } from "./owner.ts";

/** A program to run in a container. */
export interface ProgramRequest {
  /** An argument vector; no shell is added. */
  readonly command: readonly string[];
  /** Variables in addition to the container's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Null is the container's own user. */
  readonly user?: string | null;
  /** What it reads; without it, its standard input is empty. */
  readonly input?: Readable;
}

export interface ContainerConfiguration {
  readonly environment: Readonly<Record<string, string>>;
  /** The entrypoint and the command. */
  readonly command: readonly string[];
  /** The check that the engine runs inside of it, as an argument vector; null when there is none. */
  readonly healthcheck: { readonly command: readonly string[]; readonly timeoutMs: number } | null;
}

/** A program in a container did not succeed. The message is the end of what it printed on stderr. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
  readonly exitCode: number;
  constructor(program: string, exitCode: number, errors: string) {
    super(errors === "" ? `${program} ended with exit code ${exitCode}` : errors);
    this.exitCode = exitCode;
  }
}

/**
 * What backups do inside of containers and volumes of this instance. All methods reject with EngineUnavailable, and
 * with EngineRefused when the engine refuses: no such container or program, or it is not running.
 */
export interface ContainerAccess {
  /**
   * Runs a program beside the container's own. Yields what it prints on stdout, as fast as that is read, and throws
   * ProgramFailed at the end if its exit code is not 0. Leaving the loop lets go of the program, as aborting does; one
   * that prints then ends by itself.
   */
  run(id: ContainerId, program: ProgramRequest, signal: AbortSignal): AsyncIterable<Buffer>;
  /** What the container was created with, that of its image included. */
  configuration(id: ContainerId, signal: AbortSignal): Promise<ContainerConfiguration>;
  /**
   * A folder or file as a tar stream, whose entries begin with its own name. The container need not be running. Null
   * when there is no such path.
   */
  readFolder(id: ContainerId, path: string, signal: AbortSignal): Promise<Readable | null>;
  /** Freezes all processes of the container. Does nothing when it does not run or is frozen already. */
  pause(id: ContainerId, signal: AbortSignal): Promise<void>;
  /** Does nothing when it is not frozen. */
  resume(id: ContainerId, signal: AbortSignal): Promise<void>;
  /**
   * Unpacks a tar stream whose entries begin with one folder's name into a volume, with owners and modes. The image is
   * any that exists; nothing in it is started.
   */
  unpackInto(
    volume: { readonly name: string; readonly folder: string },
    using: { readonly image: ImageId; readonly owner: Owner },
    tar: Readable,
    signal: AbortSignal,
  ): Promise<void>;
}
