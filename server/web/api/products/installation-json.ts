import type { z } from "@hono/zod-openapi";
import { specOf } from "../../../model/deployment/deployment.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import { groupBy } from "../../../rules/rollout/group-by.ts";
import { pendingSettings } from "../../../rules/settings/pending-settings.ts";
import { pendingVariables } from "../../../rules/settings/pending-variables.ts";
import { resolveVariables } from "../../../rules/settings/resolve-variables.ts";
import { writtenSettings } from "../../../rules/settings/written-settings.ts";
import type { WebAdapters } from "../../adapters.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { displayName } from "../../read/display-name.ts";
import { installationStates, type ServiceState } from "../../read/running/service-states.ts";
import type { installationSchema } from "../schemas/products/installations.ts";

type InstallationJson = z.infer<typeof installationSchema>;

/** Formats installations as the API documents them, in their order, with as few reads as for one. */
export async function installationsJson(
  needs: WebAdapters,
  places: readonly InstallationRef[],
  signal: AbortSignal,
): Promise<readonly InstallationJson[]> {
  const { store } = needs;
  const ids = places.map(({ installation }) => installation.id);
  const [versions, scopes, domains, settings, scalings] = await Promise.all([
    store.deployments.getAll(places.flatMap(({ installation }) => installation.liveDeploymentId ?? [])),
    store.installations.variableScopes(ids),
    store.domains.customOf(ids),
    store.installations.serviceSettingsOf(ids),
    store.installations.allScalings(),
  ]);
  const byId = new Map(versions.map((version) => [version.id, version]));
  const running = places.map((place) => {
    const { liveDeploymentId } = place.installation;
    return { place, live: liveDeploymentId === null ? null : (byId.get(liveDeploymentId) ?? null) };
  });
  const states = await installationStates(needs, running, signal);
  const custom = groupBy(domains, ({ installation }) => installation);

  return running.map(({ place: { installation, product, environment }, live }, index): InstallationJson => {
    const spec = live && specOf(live);
    const state = states[index];
    const scope = scopes.get(installation.id);
    const current = scope ? resolveVariables(scope) : { variables: {}, marks: {} };
    const set = settings.get(installation.id) ?? new Map();
    return {
      id: installation.id,
      product: product.slug,
      environment: environment.name,
      environmentId: environment.id,
      branch: installation.branch,
      urls: [...(state?.urls ?? [])],
      status: state?.status ?? "empty",
      live: installation.liveDeploymentId,
      variables: Object.keys(current.variables),
      pendingVariables: spec ? [...pendingVariables(spec, current).names] : [],
      serviceSettings: [...set].map(([service, values]) => ({ service, ...writtenSettings(values) })),
      scaling: [...(scalings.get(installation.id) ?? [])].map(([service, values]) => ({ service, ...values })),
      pendingSettings: spec ? [...pendingSettings(servicesOf(spec), set)] : [],
      domains: (custom.get(installation.id) ?? []).map(({ host, service }) => ({ host, service })),
      stacks: stacksJson(state?.services ?? []),
    };
  });
}

function stacksJson(services: readonly ServiceState[]): InstallationJson["stacks"] {
  return [...groupBy(services, ({ stack }) => stack)].map(([name, own]) => ({
    name,
    displayName: displayName(name),
    services: own.map(serviceJson),
  }));
}

function serviceJson({ name, kind, kindReason, status, trouble, url, replicas, instances }: ServiceState) {
  return {
    name,
    kind,
    kindReason,
    status,
    ...(trouble && { trouble: `${trouble.title}. ${trouble.text}` }),
    ...(url && { url }),
    replicas,
    instances: instances.map(({ container, replica, status }) => ({
      id: container?.id ?? null,
      replica,
      status,
      machine: null,
      startedAt: container?.startedAt?.toISOString() ?? null,
      restarts: container?.restartCount ?? 0,
    })),
  };
}
