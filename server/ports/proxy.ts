import type { RouteSpec } from "../model/deployment/spec.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import { mostReplicas } from "../model/scaling.ts";

/**
 * What Baton needs from the reverse proxy. There are two separate mechanisms: the *routes* say which service answers a
 * host, and change when hosts come or go; the *switch* decides which deployment answers them and is one rename. Both are
 * on disk, so that the proxy keeps running, and restarts, without Baton.
 */
export interface Proxy {
  /** Checks that the proxy answers on its admin socket. Rejects with ProxyUnavailable. */
  ping(signal: AbortSignal): Promise<void>;
  /** The version of the program, such as "2.11.4". */
  version(): Promise<string>;

  /**
   * Makes the hosts of all installations exactly these: a link for each, and a configuration, which is loaded when it
   * differs from the running one: for services that wait, and for certificates. Asks through the front door until the
   * new hosts are known. Routes that cannot be served are
   * left out and returned with their installation; all others are served. A new installation's hosts answer 503
   * ("nothing is deployed here yet") until its first switch. Rejects with ProxyUnavailable (try again) or ProxyRefused
   * (nothing changed).
   */
  setRoutes(routes: readonly InstallationRoutes[], signal: AbortSignal): Promise<readonly RouteFault[]>;

  /**
   * Writes a deployment's folder: its id, and where the requests to each of these `web` services go. Switches nothing,
   * and loads nothing: for the deployment that is switched to, each service changes from one request to the next, at
   * once for all of its replicas.
   */
  prepare(
    installation: InstallationId,
    deployment: DeploymentId,
    upstreams: ReadonlyMap<string, Upstream>,
  ): Promise<void>;
  /**
   * From now on, new requests to these services wait if their routes say `waits`, until the service is prepared again
   * or another deployment is switched to. Requests in progress continue. After `holdLimitMs` waiting requests get a
   * 502.
   */
  hold(installation: InstallationId, deployment: DeploymentId, services: readonly string[]): Promise<void>;
  /**
   * The cut-over: one rename moves every service of the installation at once. It is durable (fsync) before it resolves.
   * `stopped` answers 503 with a plain page. Does nothing when the target is switched to already.
   */
  switchTo(installation: InstallationId, target: DeploymentId | "stopped"): Promise<Switched>;
  /** What a deployment's folder says, by service. */
  upstreamsOf(installation: InstallationId, deployment: DeploymentId): Promise<ReadonlyMap<string, Upstream>>;
  /** What the symlink on disk points to. Null when it was never switched. */
  current(installation: InstallationId): Promise<DeploymentId | "stopped" | null>;
  /** Removes a deployment's folder, unless it is the current one. */
  forget(installation: InstallationId, deployment: DeploymentId): Promise<void>;
  /** Removes the installation's folder. Its hosts must be gone before. */
  forgetInstallation(installation: InstallationId): Promise<void>;
  /** Installations that have a folder on disk, and the deployments in it. */
  listFolders(): Promise<ReadonlyMap<InstallationId, readonly DeploymentId[]>>;

  /** Asks the proxy itself, on a plain loopback listener, which deployment answers for a host. */
  prove(host: string, signal: AbortSignal): Promise<DeploymentId | null>;
  /**
   * How many requests, streams and WebSockets are in progress through the proxy at this address. Rejects with
   * ProxyUnavailable.
   */
  inFlight(address: HostAddress, signal: AbortSignal): Promise<number>;
}

/**
 * Where the requests to a service go: to the address of its only container on this host, or spread over replicas. A
 * service whose route `waits` has one address.
 */
export type Upstream = HostAddress | Spread;

/**
 * Each request goes to the address of a slot at random. When that refuses the connection, it goes to another slot's,
 * and so does a GET whose connection breaks, for at most `spreadTryMs`.
 */
export interface Spread {
  /** `slotCount` addresses, of which several may be the same. */
  readonly slots: readonly HostAddress[];
  /** Whether a cookie brings a visitor back to the same slot. */
  readonly isSticky: boolean;
}

export const spreadTryMs = 5_000;
/** How many slots each spread has: each replica needs one. */
export const slotCount = mostReplicas;

/** Longer than a service may take to become healthy. */
export const holdLimitMs = 120_000;

export interface Switched {
  /** How long the rename took. */
  readonly tookMs: number;
  /** When the traffic was moved there: before this call, when the target was switched to already. */
  readonly at: Date;
}

export interface InstallationRoutes {
  readonly installation: InstallationId;
  readonly routes: readonly RouteSpec[];
}

/** An installation with a route that cannot be served, and the reason as the rest of a sentence. */
export interface RouteFault {
  readonly installation: InstallationId;
  readonly message: string;
}

/** The admin socket does not answer. This is transient. */
export class ProxyUnavailable extends Error {
  override readonly name = "ProxyUnavailable";
}

/** The proxy refused a configuration and kept the old one; the message is its own. */
export class ProxyRefused extends Error {
  override readonly name = "ProxyRefused";
}
