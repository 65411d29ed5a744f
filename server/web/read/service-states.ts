import type { Deployment } from "../../model/deployment/deployment.ts";
import { specOf } from "../../model/deployment/deployment.ts";
import type { DeploymentSpec, RouteSpec, ServiceKind } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import {
  type InstallationStatus,
  installationStatus,
  type ServiceStatus,
  serviceStatus,
} from "../../rules/health/service-status.ts";
import { containerOf } from "../../rules/rollout/container-of.ts";
import { type FrontDoor, mostImportantFirst, urlOf } from "../../rules/routing/urls.ts";
import type { InstallationRef } from "./catalog.ts";

export interface ServiceState {
  readonly stack: string;
  readonly name: string;
  readonly kind: ServiceKind;
  /** Why it is of that kind, if that is not obvious: "publishes port 3000". */
  readonly kindReason: string | null;
  readonly status: ServiceStatus;
  readonly url: string | null;
}

export interface InstallationState {
  readonly status: InstallationStatus;
  readonly services: readonly ServiceState[];
  /** The service's URLs, the most important one first. */
  readonly urls: readonly string[];
}

/** Reads what an installation is doing now from its containers. Rejects with EngineUnavailable. */
export async function installationState(
  needs: FrontDoor & { readonly engine: Engine; readonly store: Pick<ReadStore, "domains" | "deployments"> },
  { installation }: InstallationRef,
  running: Deployment | null,
  signal: AbortSignal,
): Promise<InstallationState> {
  // For a product that was stopped by hand, the version that starting it again would use.
  const [last = null] = installation.stopped ? await needs.store.deployments.lastReady(installation.id, 1) : [];
  const live = running ?? last;
  const spec = live && specOf(live);
  const [containers, served] = await Promise.all([
    spec ? needs.engine.listContainers({ installation: installation.id }, signal) : [],
    spec ? servedRoutes(needs.store, installation, spec) : [],
  ]);
  const services = (spec?.stacks ?? []).flatMap((stack) =>
    stack.services.map((service): ServiceState => {
      const container = live && containerOf(live.id, service, containers);
      const route = served.find((candidate) => candidate.service === service.name);
      return {
        stack: stack.name,
        name: service.name,
        kind: service.kind,
        kindReason: service.kindReason,
        status: serviceStatus(service, container, installation),
        url: route ? urlOf(route.host, needs) : null,
      };
    }),
  );
  const statuses = services.map(({ status }) => status);
  const urls = served.map((route) => urlOf(route.host, needs));
  return { status: installationStatus(installation, statuses), services, urls };
}

/** The routes that the live version serves now. Hosts may have changed since it was deployed. */
async function servedRoutes(
  store: Pick<ReadStore, "domains">,
  installation: Installation,
  spec: DeploymentSpec,
): Promise<readonly RouteSpec[]> {
  const served = (await store.domains.list()).filter((domain) => domain.installation === installation.id);
  return mostImportantFirst(served, spec.routes);
}

/** The URLs that a version was deployed with. */
export function urlsOf(deployment: Deployment | null, door: FrontDoor): readonly string[] {
  return ((deployment && specOf(deployment))?.routes ?? []).map((route) => urlOf(route.host, door));
}
