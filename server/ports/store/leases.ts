import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";

/** Host ports and subnets. They are recorded before they are used, and freed when the deployment's objects are gone. */
export interface LeaseStore {
  /**
   * The port that this service of the holder has. If it has none, or one in `avoid`, the lowest free port of the range
   * is recorded. Rejects with PoolExhausted.
   */
  port(holder: LeaseHolder, service: string, range: PortRange, avoid: ReadonlySet<number>): Promise<number>;
  /** Ports of a holder by service. */
  ports(holder: LeaseHolder): Promise<ReadonlyMap<string, number>>;
  /**
   * The holder's network. If it has none, or one that overlaps `used`, the first free network of the pool with this
   * prefix is recorded. Rejects with PoolExhausted.
   */
  subnet(holder: LeaseHolder, pool: string, used: readonly string[], prefix?: number): Promise<string>;
  /** Hands ports of services that outlive the deployment to the installation, where it has none for them yet. */
  handOver(from: DeploymentId, to: InstallationId, services: readonly string[]): Promise<void>;
  release(holder: LeaseHolder): Promise<void>;
  /** Deployments that hold a port or a subnet. */
  holders(): Promise<readonly DeploymentId[]>;
}

/** The owner of a lease: a deployment, or, for what outlives one, an installation. */
export type LeaseHolder = { readonly deployment: DeploymentId } | { readonly installation: InstallationId };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export class PoolExhausted extends Error {
  override readonly name = "PoolExhausted";
}
