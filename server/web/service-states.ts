import type { Deployment } from "../model/deployment.ts";
import { specOf } from "../model/deployment.ts";
import type { ServiceKind } from "../model/spec.ts";
import type { Engine } from "../ports/engine.ts";
import { containerOf } from "../rules/container-of.ts";
import {
  type InstallationStatus,
  installationStatus,
  type ServiceStatus,
  serviceStatus,
} from "../rules/service-status.ts";
import { type FrontDoor, urlOf } from "../rules/urls.ts";
import type { Place } from "./catalog.ts";

export interface ServiceState {
  readonly stack: string;
  readonly name: string;
  readonly kind: ServiceKind;
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
  needs: FrontDoor & { readonly engine: Engine },
  { installation }: Place,
  live: Deployment | null,
  signal: AbortSignal,
): Promise<InstallationState> {
  const spec = live && specOf(live);
  const containers = spec ? await needs.engine.listContainers({ installation: installation.id }, signal) : [];
  const services = (spec?.stacks ?? []).flatMap((stack) =>
    stack.services.map((service): ServiceState => {
      const container = live && containerOf(live.id, service, containers);
      const route = spec?.routes.find((candidate) => candidate.service === service.name);
      return {
        stack: stack.name,
        name: service.name,
        kind: service.kind,
        status: serviceStatus(service, container, installation),
        url: route ? urlOf(route.host, needs) : null,
      };
    }),
  );
  const statuses = services.map(({ status }) => status);
  return { status: installationStatus(installation, statuses), services, urls: urlsOf(live, needs) };
}

export function urlsOf(deployment: Deployment | null, door: FrontDoor): readonly string[] {
  return ((deployment && specOf(deployment))?.routes ?? []).map((route) => urlOf(route.host, door));
}
