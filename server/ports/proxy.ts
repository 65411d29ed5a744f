import type { RouteSpec } from "../model/deployment/spec.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";

/**
 * What Baton asks of the reverse proxy. Two mechanisms, kept apart: the *configuration* knows hosts and is
 * loaded only when hosts come or go; the *switch* decides which deployment answers them and is one rename.
 * Both live on disk, so that the proxy goes on (and comes back) without Baton.
 */
export interface Proxy {
  /** The proxy answers on its admin socket. Rejects with ProxyUnavailable. */
  ping(signal: AbortSignal): Promise<void>;
  /** Of the program, e.g. "2.11.4". */
  version(): Promise<string>;

  /**
   * Makes the hosts of all installations exactly these: writes the configuration file, loads it when it differs
   * from what runs, and asks through the front door until the new hosts are known. Routes that cannot be served are
   * left out, and their installations named in the answer; all others are served.
   * A new installation's hosts answer 503 ("nothing is deployed here yet") until its first switch.
   * Rejects with ProxyUnavailable (try again) or ProxyRefused (nothing was changed).
   */
  setRoutes(routes: readonly InstallationRoutes[], signal: AbortSignal): Promise<readonly RouteFault[]>;

  /** Writes a deployment's folder: the address of each of its `web` services on this host, and its id. Switches nothing. */
  prepare(
    installation: InstallationId,
    deployment: DeploymentId,
    addresses: ReadonlyMap<string, HostAddress>,
  ): Promise<void>;
  /**
   * From now on requests to these services wait, where their routes say `waits`: until the service is prepared again, or
   * another deployment is switched to. Those that have begun go on. At most `holdLimitMs`, then they are answered with 502.
   */
  hold(installation: InstallationId, deployment: DeploymentId, services: readonly string[]): Promise<void>;
  /**
   * The cut-over: one rename moves every service of the installation at the same moment. Durable (fsync) before it resolves.
   * `stopped` answers 503 with a plain page. Resolves with how long the rename took.
   */
  switchTo(installation: InstallationId, target: DeploymentId | "stopped"): Promise<{ readonly tookMs: number }>;
  /** The addresses that a deployment's folder holds, by service. */
  addressesOf(installation: InstallationId, deployment: DeploymentId): Promise<ReadonlyMap<string, HostAddress>>;
  /** What the switch on disk says; null: never switched. */
  current(installation: InstallationId): Promise<DeploymentId | "stopped" | null>;
  /** Removes a deployment's folder. The one that is current stays. */
  forget(installation: InstallationId, deployment: DeploymentId): Promise<void>;
  /** Removes the installation's folder; its hosts must have gone before. */
  forgetInstallation(installation: InstallationId): Promise<void>;
  /** Installations that have a folder on disk, with the deployments in it. */
  listFolders(): Promise<ReadonlyMap<InstallationId, readonly DeploymentId[]>>;

  /** Asks the proxy itself, on a plain loopback listener, which deployment answers for a host. */
  prove(host: string, signal: AbortSignal): Promise<DeploymentId | null>;
  /** Requests, streams and WebSockets that this address still answers through the proxy. Rejects with ProxyUnavailable. */
  inFlight(address: HostAddress, signal: AbortSignal): Promise<number>;
}

/** Longer than a service may take to become healthy. */
export const holdLimitMs = 120_000;

export interface InstallationRoutes {
  readonly installation: InstallationId;
  readonly routes: readonly RouteSpec[];
}

/** An installation with a route that cannot be served, and why, as the rest of a sentence. */
export interface RouteFault {
  readonly installation: InstallationId;
  readonly message: string;
}

/** The admin socket does not answer. Transient. */
export class ProxyUnavailable extends Error {
  override readonly name = "ProxyUnavailable";
}

/** The proxy refused a configuration and kept the old one; the message is its own. */
export class ProxyRefused extends Error {
  override readonly name = "ProxyRefused";
}
