import type { Readable } from "node:stream";
import type { DeploymentId } from "../../model/names/ids.ts";

/**
 * Files of this host that containers mount: files that a compose file mounts from the repository, and configs and
 * secrets. They belong to the deployment that created the container and exist as long as it does.
 */
export interface MountFiles {
  /**
   * Resolves with the absolute path of a folder that contains the files of a tar stream. An existing folder is left
   * alone, and `files` is not called.
   */
  putFolder(place: MountRef, files: () => Readable): Promise<string>;
  /** The same for one file. `mode` holds its permission bits. */
  putFile(place: MountRef, name: string, mode: number, content: () => Promise<Buffer>): Promise<string>;
  /** Removes the files of a deployment's services, except the named ones. */
  remove(deployment: DeploymentId, except: ReadonlySet<string>): Promise<void>;
}

/** Identifies the nth mount of a service of a deployment. */
export interface MountRef {
  readonly deployment: DeploymentId;
  readonly service: string;
  readonly index: number;
}
