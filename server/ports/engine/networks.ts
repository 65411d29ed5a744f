import type { DeploymentId } from "../../model/names/ids.ts";
import type { LastingOwner, Owner } from "./owner.ts";

export interface NetworkRequest {
  readonly name: string;
  /** CIDR, e.g. 10.214.3.32/27. */
  readonly subnet: string;
  readonly owner: Owner | LastingOwner;
}

export interface NetworkInfo {
  readonly name: string;
  readonly subnet: string | null;
  /** The owner of a deployment's network. Null for a lasting one, whose owner is in `lasting`. */
  readonly owner: Owner | null;
  readonly lasting: LastingOwner | null;
}

export interface VolumeRequest {
  readonly name: string;
  readonly owner: LastingOwner;
  /** The deployment that fills it. Null when its first user does. */
  readonly filledBy: DeploymentId | null;
}

export interface VolumeInfo {
  readonly filledBy: DeploymentId | null;
}

export class SubnetTaken extends Error {
  override readonly name = "SubnetTaken";
}
