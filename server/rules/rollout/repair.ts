import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";

/** One container of a service of a live version. */
export interface Replica {
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
  readonly service: string;
  /** From 1. */
  readonly replica: number;
}

/** A repair makes the world match the rows. Each can be repeated safely. */
export type Repair =
  /** The proxy serves another version than the rows say. */
  | { readonly type: "switch"; readonly installation: InstallationId; readonly to: DeploymentId | "stopped" }
  /** An installation was stopped by hand and still has traffic. Its hosts must answer 503. */
  | { readonly type: "stop-traffic"; readonly installation: InstallationId }
  /** A service's traffic goes to another address than its container has. */
  | {
      readonly type: "update-upstream";
      readonly installation: InstallationId;
      readonly deployment: DeploymentId;
      readonly service: string;
      readonly address: HostAddress;
    }
  /** Drain, stop and remove what belongs to a deployment. */
  | {
      readonly type: "remove-version";
      readonly installation: InstallationId | null;
      readonly deployment: DeploymentId;
      /** Services whose containers a later version has kept. */
      readonly except: readonly string[];
    }
  /** Remove a network of an installation that none of its versions needs any more. */
  | {
      readonly type: "remove-network";
      readonly installation: InstallationId;
      readonly name: string;
      /** Whether the installation's stateful services still have leases. */
      readonly keepsLeases: boolean;
    }
  /** A container of the live version is missing or stopped: start it again from its spec. */
  | ({
      readonly type: "restore-service";
      /** Whether it has never run, because a user wants more replicas than its deployment started. */
      readonly isNew: boolean;
    } & Replica)
  /** A service has more containers than it should, and this one gets no new requests: drain, stop and remove it. */
  | ({ readonly type: "remove-replica" } & Replica)
  | { readonly type: "forget-installation"; readonly installation: InstallationId };
