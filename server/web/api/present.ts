import type { z } from "@hono/zod-openapi";
import type { Deployment } from "../../model/deployment/deployment.ts";
import { readyAtOf, specOf } from "../../model/deployment/deployment.ts";
import type { StackProgress } from "../../model/deployment/event.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { Environment, Product } from "../../model/product.ts";
import type { VariableEntry } from "../../model/values/variable.ts";
import { routes } from "../../routes.ts";
import { whyWaiting } from "../../rules/rollout/why-waiting.ts";
import { pendingSettings } from "../../rules/settings/pending-settings.ts";
import { writtenSettings } from "../../rules/settings/written-settings.ts";
import type { WebAdapters } from "../adapters.ts";
import type { InstallationRef } from "../read/catalog.ts";
import { endOf } from "../read/deployment-end.ts";
import { displayName } from "../read/display-name.ts";
import { readPendingVariables } from "../read/pending-variables.ts";
import { installationState, type ServiceState } from "../read/service-states.ts";
import { stacksOf } from "../read/stack-progress.ts";
import { webhookUrl } from "../webhooks/webhook-url.ts";
import type { deploymentSchema } from "./schemas/deployments.ts";
import type { environmentSchema } from "./schemas/products/environments.ts";
import type { installationSchema } from "./schemas/products/installations.ts";
import type { productSchema } from "./schemas/products/products.ts";
import type { variableSchema } from "./schemas/products/variables.ts";

/** Formats rows as the JSON that the API documents. */
export interface Presenter {
  environment(environment: Environment): z.infer<typeof environmentSchema>;
  product(product: Product): Promise<z.infer<typeof productSchema>>;
  installation(place: InstallationRef, signal: AbortSignal): Promise<z.infer<typeof installationSchema>>;
  deployments(
    deployments: readonly Deployment[],
    places: readonly InstallationRef[],
  ): Promise<readonly z.infer<typeof deploymentSchema>[]>;
  deployment(deployment: Deployment, place: InstallationRef): Promise<z.infer<typeof deploymentSchema>>;
}

export function createPresenter(needs: WebAdapters): Presenter {
  const deployments: Presenter["deployments"] = (rows, places) => deploymentsJson(needs, rows, places);

  return {
    environment: ({ id, name, domain, branch }) => ({ id, name, domain: domain ?? needs.domain, branch }),
    product: (product) => productJson(needs, product),
    installation: (place, signal) => installationJson(needs, place, signal),
    deployments,

    async deployment(row, place) {
      const [json] = await deployments([row], [place]);
      if (!json) throw new Error(`deployment ${row.id} does not belong to installation ${place.installation.id}`);
      return json;
    },
  };
}

async function productJson(needs: WebAdapters, product: Product): Promise<z.infer<typeof productSchema>> {
  const { store } = needs;
  const [installations, environments, variables] = await Promise.all([
    store.installations.ofProduct(product.id),
    store.environments.list(),
    store.products.variableNames(product.id),
  ]);
  const nameOf = (id: number) => environments.find((environment) => environment.id === id)?.name ?? "";
  const main = installations.find(({ environmentId }) => nameOf(environmentId) === "production") ?? installations[0];
  return {
    id: product.id,
    name: product.slug,
    displayName: displayName(product.slug),
    repository: product.repository,
    branch: main?.branch ?? null,
    watch: product.watch,
    variables: [...variables],
    gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
    productDeployments: installations.map(({ id, environmentId }) => ({ id, environment: nameOf(environmentId) })),
    webhook: { url: webhookUrl(needs, product) },
    createdAt: product.createdAt.toISOString(),
  };
}

async function installationJson(
  needs: WebAdapters,
  place: InstallationRef,
  signal: AbortSignal,
): Promise<z.infer<typeof installationSchema>> {
  const { store } = needs;
  const { installation, product, environment } = place;
  const live =
    installation.liveDeploymentId === null ? null : await store.deployments.get(installation.liveDeploymentId);
  const spec = live && specOf(live);
  const [state, variables, pending, domains, settings] = await Promise.all([
    installationState(needs, place, live, signal),
    store.installations.variableNames(installation.id),
    readPendingVariables(store, installation, live),
    store.domains.custom(installation.id),
    store.installations.serviceSettings(installation.id),
  ]);
  return {
    id: installation.id,
    product: product.slug,
    environment: environment.name,
    environmentId: environment.id,
    branch: installation.branch,
    urls: [...state.urls],
    status: state.status,
    live: installation.liveDeploymentId,
    variables: [...variables],
    pendingVariables: [...pending.names],
    serviceSettings: [...settings].map(([service, set]) => ({ service, ...writtenSettings(set) })),
    pendingSettings: spec ? [...pendingSettings(servicesOf(spec), settings)] : [],
    domains: domains.map(({ host, service }) => ({ host, service })),
    stacks: [...new Set(state.services.map(({ stack }) => stack))].map((name) => ({
      name,
      displayName: displayName(name),
      services: state.services.filter(({ stack }) => stack === name).map(serviceJson),
    })),
  };
}

function serviceJson({ name, kind, kindReason, status, url }: ServiceState) {
  return { name, kind, kindReason, status, ...(url && { url }) };
}

async function deploymentsJson(
  { store, maxBuilding }: WebAdapters,
  rows: readonly Deployment[],
  places: readonly InstallationRef[],
): Promise<readonly z.infer<typeof deploymentSchema>[]> {
  const queue = await store.deployments.queue();
  const found = rows.map(async (row) => {
    const place = places.find(({ installation }) => installation.id === row.installationId);
    if (!place) return [];
    return [deploymentJson(row, place, await store.events.stacks(row.id), whyWaiting(queue, maxBuilding, row.id))];
  });
  return (await Promise.all(found)).flat();
}

export function variableJson({ name, value, atBuild, isShared }: VariableEntry): z.infer<typeof variableSchema> {
  return { name, secret: value === null, value, atBuild, shared: isShared };
}

function stackJson({ message = null, ...stack }: StackProgress) {
  return { ...stack, message, displayName: displayName(stack.name) };
}

function deploymentJson(
  row: Deployment,
  { product, environment, installation }: InstallationRef,
  progress: readonly StackProgress[],
  queue: { readonly position: number; readonly waitingFor: string } | null,
): z.infer<typeof deploymentSchema> {
  return {
    id: row.id,
    number: row.number,
    product: product.slug,
    productDeployment: installation.id,
    environment: environment.name,
    status: row.status,
    live: installation.liveDeploymentId === row.id,
    readyAt: iso(readyAtOf(row)),
    reason: row.status === "stopped" ? row.reason : null,
    failure:
      row.status === "failed"
        ? { ...row.failure, lastLines: [...row.failure.lastLines], served: row.failure.served ?? null }
        : null,
    trigger: row.trigger,
    by: row.by,
    ref: row.ref,
    commit: row.commit && { ...row.commit },
    fresh: row.fresh,
    source: row.sourceId,
    queue: queue && { ...queue },
    stacks: stacksOf(row, progress).map(stackJson),
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.status === "queued" ? null : row.startedAt),
    liveAt: iso(liveAtOf(row)),
    finishedAt: iso(endOf(row)),
  };
}

function liveAtOf(row: Deployment): Date | null {
  if (row.status === "stopped") return row.liveAt ?? null;
  return row.status === "ready" || (row.status === "deploying" && row.step === "watch") ? row.liveAt : null;
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
