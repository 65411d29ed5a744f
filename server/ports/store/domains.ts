import type { RouteSpec } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";

/**
 * Which installation may serve a host. A host is claimed before the cut-over that needs it, and belongs to one
 * installation.
 */
export interface DomainStore {
  /** The hosts that are served, of all installations or of some, ordered by host. */
  list(installations?: readonly InstallationId[]): Promise<readonly Domain[]>;
  /**
   * The installation that may serve a host, because it serves it or a user gave it the host; null when there is none.
   */
  ownerOf(host: string): Promise<InstallationId | null>;
  /** Makes these the installation's only hosts. When another installation has one of them, nothing is written. */
  setFor(
    installation: InstallationId,
    routes: readonly RouteSpec[],
  ): Promise<"ok" | { readonly taken: string; readonly by: InstallationId }>;
  /**
   * The hosts that users gave to services of the installation: served from its next deployment on, or as soon as they
   * are set.
   */
  custom(installation: InstallationId): Promise<readonly RouteSpec[]>;
  /** The same of several installations, ordered by host. */
  customOf(installations: readonly InstallationId[]): Promise<readonly Domain[]>;
  /**
   * Makes these the only hosts that a user gave to a service; a host of another service of the installation moves.
   * `served` turns all custom hosts of the installation into the routes that it serves from now on; without it, these
   * stay. Nothing is written when another installation has one of the hosts, or when a deployment is running ("busy": it
   * has its hosts already).
   */
  setCustom(
    installation: InstallationId,
    service: string,
    hosts: readonly string[],
    served?: (custom: readonly RouteSpec[]) => readonly RouteSpec[],
  ): Promise<"ok" | "busy" | { readonly taken: string; readonly by: InstallationId }>;
  /** Reads the custom hosts and the served hosts of the installation at once. */
  hostsOf(installation: InstallationId): Promise<InstallationHosts>;
  /** Makes these the installation's hosts again. Resolves as `setCustom` does. */
  restore(
    installation: InstallationId,
    hosts: InstallationHosts,
  ): Promise<"ok" | "busy" | { readonly taken: string; readonly by: InstallationId }>;
}

/** All hosts of an installation. */
export interface InstallationHosts {
  readonly custom: readonly RouteSpec[];
  readonly served: readonly RouteSpec[];
}

export interface Domain extends RouteSpec {
  readonly installation: InstallationId;
}
