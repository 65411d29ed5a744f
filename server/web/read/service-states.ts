import type { Deployment } from "../../model/deployment/deployment.ts";
import { specOf } from "../../model/deployment/deployment.ts";
import type { DeploymentSpec, RouteSpec, ServiceKind } from "../../model/deployment/spec.ts";
import type { Installation } from "../../model/product.ts";
import type { Engine } from "../../ports/engine.ts";
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
  /** Why it is of that kind, where that was not plain: "publishes port 3000". */
  readonly kindReason: string | null;
  readonly status: ServiceStatus;
  readonly url: string | null;
}

export interface InstallationState {
  readonly status: InstallationStatus;
  readonly services: readonly ServiceState[];
  /** Where it answers, the most important address first. */
  readonly urls: readonly string[];
}

/** What an installation is doing right now, as its containers tell it. Rejects with EngineUnavailable. */
export async function installationState(
  needs: FrontDoor & { readonly engine: Engine; readonly store: Pick<ReadStore, "domains" | "deployments"> },
  { installation }: InstallationRef,
  running: Deployment | null,
  signal: AbortSignal,
): Promise<InstallationState> {
  // Of one that was stopped by hand: what a redeploy starts again.
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

/** What a live version answers to now: hosts may have come and gone since it was made. */
async function servedRoutes(
  store: Pick<ReadStore, "domains">,
  installation: Installation,
  spec: DeploymentSpec,
): Promise<readonly RouteSpec[]> {
  const served = (await store.domains.list()).filter((domain) => domain.installation === installation.id);
  return mostImportantFirst(served, spec.routes);
}

/** What a version was made to answer to. */
export function urlsOf(deployment: Deployment | null, door: FrontDoor): readonly string[] {
  return ((deployment && specOf(deployment))?.routes ?? []).map((route) => urlOf(route.host, door));
}
