import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { type Scaling, whyNotSticky, whyOnce } from "../../model/scaling.ts";
import { addressesIn, prefixFor } from "../routing/subnets.ts";
import { mostAlone, runsAlone } from "./solo.ts";

/** What decides how often a service runs. */
type Scalable = Pick<ServiceSpec, "kind" | "stateful" | "replicas" | "sticky">;

/** What users have set, by service. */
export type Scalings = ReadonlyMap<string, Scaling>;

/** How many of a service should run: what a user has set, else what its version asks for. */
export function wantedReplicas(service: Scalable & Pick<ServiceSpec, "name">, scalings: Scalings): number {
  if (whyOnce(service) !== null) return 1;
  return scalings.get(service.name)?.replicas ?? service.replicas ?? 1;
}

export function isSticky(service: Scalable & Pick<ServiceSpec, "name">, scalings: Scalings): boolean {
  return whyNotSticky(service) === null && (scalings.get(service.name)?.sticky ?? service.sticky ?? false);
}

export const nobodyScaled: Scalings = new Map();

/**
 * The same for all services of a live version, as far as its network has addresses for them: it was made for as many as
 * its deployment started.
 */
export function fittingReplicas(services: readonly ServiceSpec[], scalings: Scalings): ReadonlyMap<string, number> {
  let left = roomFor(services) - services.length;
  return new Map(
    services.map((service) => {
      const further = Math.min(wantedReplicas(service, scalings) - 1, Math.max(0, left));
      left -= further;
      return [service.name, 1 + further];
    }),
  );
}

/** How many containers the network of a version has room for. */
export function roomFor(services: readonly ServiceSpec[]): number {
  return runsAlone(services) ? mostAlone : addressesIn(prefixFor(containersOf(services)));
}

/** How many of a service its deployment starts and checks. */
export function startedReplicas({ started = 1 }: Pick<ServiceSpec, "started">): number {
  return started;
}

/** How many containers a version starts. */
export function containersOf(services: readonly Pick<ServiceSpec, "started">[]): number {
  return services.reduce((sum, service) => sum + startedReplicas(service), 0);
}

/** Fixes how many of each service a deployment starts. */
export function withStarted<Stacks extends DeploymentSpec["stacks"]>(stacks: Stacks, scalings: Scalings) {
  return stacks.map((stack) => ({
    ...stack,
    services: stack.services.map(({ started: _, ...service }) => {
      const wanted = wantedReplicas(service, scalings);
      return wanted === 1 ? service : { ...service, started: wanted };
    }),
  }));
}

/** The numbers of a service's replicas: 1, 2, 3 … */
export function replicaNumbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What a replica is called where a service has several: "web", or "web 2". */
export function replicaName(service: string, replica: number, count: number): string {
  return count > 1 || replica > 1 ? `${service} ${replica}` : service;
}
