import type { Deployment } from "../../../model/deployment/deployment.ts";
import { specOf } from "../../../model/deployment/deployment.ts";
import { type RouteSpec, type ServiceKind, servicesOf } from "../../../model/deployment/spec.ts";
import type { InstallationId } from "../../../model/names/ids.ts";
import type { Installation } from "../../../model/product.ts";
import { whyOnce } from "../../../model/scaling.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { type Instance, instancesOf, statusOfAll, troublesOf } from "../../../rules/health/replica-status.ts";
import {
  type InstallationStatus,
  installationStatus,
  type ServiceStatus,
} from "../../../rules/health/service-status.ts";
import type { ServiceTrouble } from "../../../rules/health/service-trouble.ts";
import { replicasOf } from "../../../rules/rollout/container-of.ts";
import { groupBy } from "../../../rules/rollout/group-by.ts";
import { fittingReplicas, nobodyScaled, type Scalings } from "../../../rules/rollout/replicas.ts";
import { type FrontDoor, mostImportantFirst, urlOf } from "../../../rules/routing/urls.ts";
import type { InstallationRef } from "../catalog.ts";

export interface ServiceState {
  readonly stack: string;
  readonly name: string;
  readonly kind: ServiceKind;
  /** Why it is of that kind, if that is not obvious: "publishes port 3000". */
  readonly kindReason: string | null;
  readonly status: ServiceStatus;
  /** What is wrong with it. Null when nothing is, and when the product was stopped. */
  readonly trouble: ServiceTrouble | null;
  /** How many of it should run, and why it cannot be more than one: the rest of a sentence, or null. */
  readonly replicas: number;
  readonly whyOnce: string | null;
  readonly instances: readonly Instance[];
  readonly url: string | null;
}

export interface InstallationState {
  readonly status: InstallationStatus;
  readonly services: readonly ServiceState[];
  /** The service's URLs, the most important one first. */
  readonly urls: readonly string[];
}

type Needs = FrontDoor & {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly store: Pick<ReadStore, "domains" | "deployments" | "installations">;
};

/** An installation with its live version. */
export interface LivePlace {
  readonly place: InstallationRef;
  readonly live: Deployment | null;
}

/** Reads what an installation is doing now from its containers. Rejects with EngineUnavailable. */
export async function installationState(
  needs: Needs,
  place: InstallationRef,
  live: Deployment | null,
  signal: AbortSignal,
): Promise<InstallationState> {
  const [state] = await installationStates(needs, [{ place, live }], signal);
  if (!state) throw new Error(`installation ${place.installation.id} has no state`);
  return state;
}

/** The same for several installations, in their order, with as few reads as for one. */
export async function installationStates(
  needs: Needs,
  running: readonly LivePlace[],
  signal: AbortSignal,
): Promise<readonly InstallationState[]> {
  const { store, engine } = needs;
  // For a product that was stopped by hand, the version that starting it again would use.
  const stopped = running.flatMap(({ place, live }) =>
    place.installation.stopped && !live ? [place.installation.id] : [],
  );
  const last = new Map((await store.deployments.lastReadyOf(stopped, 1)).map((one) => [one.installationId, one]));
  const versions = running.map(({ place: { installation }, live }) => ({
    installation,
    version: live ?? last.get(installation.id) ?? null,
  }));
  const ids = versions.flatMap(({ installation, version }) => (version && specOf(version) ? [installation.id] : []));
  const [only] = ids;
  const filter = ids.length === 1 && only !== undefined ? { installation: only } : ({ all: true } as const);
  const [scalings, containers, served] = await Promise.all([
    ids.length === 0 ? new Map<InstallationId, Scalings>() : store.installations.allScalings(),
    ids.length === 0 ? [] : engine.listContainers(filter, signal),
    ids.length === 0 ? [] : store.domains.list(ids),
  ]);
  const own = {
    containers: groupBy(containers, ({ owner }) => owner.installation),
    served: groupBy(served, ({ installation }) => installation),
  };
  return versions.map(({ installation, version }) => {
    const found = {
      containers: own.containers.get(installation.id) ?? [],
      served: own.served.get(installation.id) ?? [],
      scalings: scalings.get(installation.id) ?? nobodyScaled,
    };
    return stateOf(installation, version, found, needs);
  });
}

function stateOf(
  installation: Installation,
  version: Deployment | null,
  found: {
    readonly containers: readonly ContainerState[];
    readonly served: readonly RouteSpec[];
    readonly scalings: Scalings;
  },
  needs: Needs,
): InstallationState {
  const now = needs.clock.now();
  const spec = version && specOf(version);
  const served = spec ? mostImportantFirst(found.served, spec.routes) : [];
  const wanted = fittingReplicas(spec ? servicesOf(spec) : [], found.scalings);
  const services = (spec?.stacks ?? []).flatMap((stack) =>
    stack.services.map((service): ServiceState => {
      const containers = version ? replicasOf(version.id, service, found.containers) : [];
      const replicas = wanted.get(service.name) ?? 1;
      const instances = instancesOf(service, containers, replicas, { installation, now });
      const route = served.find((candidate) => candidate.service === service.name);
      return {
        stack: stack.name,
        name: service.name,
        kind: service.kind,
        kindReason: service.kindReason,
        status: statusOfAll(instances),
        trouble: installation.stopped ? null : (troublesOf(service, instances, now)[0] ?? null),
        ...{ replicas, whyOnce: whyOnce(service), instances },
        url: route ? urlOf(route.host, needs) : null,
      };
    }),
  );
  const statuses = services.map(({ status }) => status);
  const urls = served.map((route) => urlOf(route.host, needs));
  return { status: installationStatus(installation, statuses), services, urls };
}

/** The URLs that a version was deployed with. */
export function urlsOf(deployment: Deployment | null, door: FrontDoor): readonly string[] {
  return ((deployment && specOf(deployment))?.routes ?? []).map((route) => urlOf(route.host, door));
}
