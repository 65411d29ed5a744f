import type { Readable } from "node:stream";
import type { DeploymentId } from "../../model/names/ids.ts";

/**
 * Files of this host that containers see: what a compose file mounts out of the repository, and its configs and
 * secrets. They belong to the deployment that made the container, and are there as long as it is.
 */
export interface MountFiles {
  /** Resolves with the absolute path of a folder with the files of a tar stream. One that is there already is left as it is, and `files` is not called. */
  putFolder(place: MountPlace, files: () => Readable): Promise<string>;
  /** The same for one file. `mode` is its permission bits. */
  putFile(place: MountPlace, name: string, mode: number, content: () => Promise<Buffer>): Promise<string>;
  /** Removes what a deployment's services have, but for those named. */
  remove(deployment: DeploymentId, except: ReadonlySet<string>): Promise<void>;
}

/** The nth mount of a service of a deployment. */
export interface MountPlace {
  readonly deployment: DeploymentId;
  readonly service: string;
  readonly index: number;
}
