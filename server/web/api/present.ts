import type { z } from "@hono/zod-openapi";
import type { Deployment } from "../../model/deployment.ts";
import { readyAtOf, specOf } from "../../model/deployment.ts";
import type { StackProgress } from "../../model/event.ts";
import type { Environment, Product } from "../../model/product.ts";
import { routes } from "../../routes.ts";
import { whyWaiting } from "../../rules/why-waiting.ts";
import type { Place } from "../catalog.ts";
import { endOf } from "../deployment-end.ts";
import { displayName } from "../display-name.ts";
import type { WebNeeds } from "../needs.ts";
import { installationState } from "../service-states.ts";
import { webhookUrl } from "../webhook-url.ts";
import type { deploymentSchema, environmentSchema, installationSchema, productSchema } from "./schemas.ts";

/** Rows become the JSON that INTERFACE promises. */
export interface Presenter {
  environment(environment: Environment): z.infer<typeof environmentSchema>;
  product(product: Product): Promise<z.infer<typeof productSchema>>;
  installation(place: Place, signal: AbortSignal): Promise<z.infer<typeof installationSchema>>;
  deployments(
    deployments: readonly Deployment[],
    places: readonly Place[],
  ): Promise<readonly z.infer<typeof deploymentSchema>[]>;
  deployment(deployment: Deployment, place: Place): Promise<z.infer<typeof deploymentSchema>>;
}

export function createPresenter(needs: WebNeeds): Presenter {
  const { store } = needs;

  const deployments: Presenter["deployments"] = async (rows, places) => {
    const queue = await store.deployments.queue();
    return Promise.all(
      rows.flatMap((row) => {
        const place = places.find(({ installation }) => installation.id === row.installationId);
        return place ? [one(row, place)] : [];
      }),
    );

    async function one(row: Deployment, place: Place) {
      const progress = await store.events.stacks(row.id);
      return deploymentJson(row, place, progress, whyWaiting(queue, needs.maxBuilding, row.id));
    }
  };

  return {
    environment: ({ id, name, domain }) => ({ id, name, domain: domain ?? needs.domain }),

    async product(product) {
      const [installations, environments] = await Promise.all([
        store.installations.ofProduct(product.id),
        store.environments.list(),
      ]);
      const nameOf = (id: number) => environments.find((environment) => environment.id === id)?.name ?? "";
      const main =
        installations.find(({ environmentId }) => nameOf(environmentId) === "production") ?? installations[0];
      return {
        id: product.id,
        name: product.slug,
        displayName: displayName(product.slug),
        repository: product.repository,
        branch: main?.branch ?? null,
        gitUrl: new URL(routes.git(product.slug), needs.publicUrl).href,
        productDeployments: installations.map(({ id, environmentId }) => ({ id, environment: nameOf(environmentId) })),
        webhook: { url: webhookUrl(needs, product) },
        createdAt: product.createdAt.toISOString(),
      };
    },

    async installation(place, signal) {
      const { installation, product, environment } = place;
      const live =
        installation.liveDeploymentId === null ? null : await store.deployments.get(installation.liveDeploymentId);
      const [state, variables] = await Promise.all([
        installationState(needs, place, live, signal),
        store.installations.variableNames(installation.id),
      ]);
      return {
        id: installation.id,
        product: product.slug,
        environment: environment.name,
        branch: installation.branch,
        urls: [...state.urls],
        status: state.status,
        live: installation.liveDeploymentId,
        variables: [...variables],
        stacks: [...new Set(state.services.map(({ stack }) => stack))].map((name) => ({
          name,
          displayName: displayName(name),
          services: state.services
            .filter(({ stack }) => stack === name)
            .map(({ name, kind, status, url }) => ({ name, kind, status, ...(url && { url }) })),
        })),
      };
    },

    deployments,

    async deployment(row, place) {
      const [json] = await deployments([row], [place]);
      if (!json) throw new Error(`deployment ${row.id} does not belong to installation ${place.installation.id}`);
      return json;
    },
  };
}

function deploymentJson(
  row: Deployment,
  { product, environment, installation }: Place,
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
    failure: row.status === "failed" ? { ...row.failure, lastLines: [...row.failure.lastLines] } : null,
    trigger: row.trigger,
    by: row.by,
    ref: row.ref,
    commit: row.commit && { ...row.commit },
    source: row.sourceId,
    queue: queue && { ...queue },
    stacks: stacksOf(row, progress).map((stack) => ({ ...stack, displayName: displayName(stack.name) })),
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.status === "queued" ? null : row.startedAt),
    liveAt: iso(liveAtOf(row)),
    finishedAt: iso(endOf(row)),
  };
}

/** What was said about each stack; for stacks that nothing was said about yet, what the deployment's status implies. */
function stacksOf(row: Deployment, progress: readonly StackProgress[]): readonly StackProgress[] {
  const silent = (specOf(row)?.stacks ?? []).filter(({ name }) => !progress.some((stack) => stack.name === name));
  const isReady = row.status === "ready";
  return [
    ...progress,
    ...silent.map(
      (stack): StackProgress => ({
        name: stack.name,
        status: isReady ? "running" : row.status === "failed" ? "failed" : "pending",
        phase: null,
        percent: isReady ? 100 : 0,
        serviceCount: stack.services.length,
        servicesDone: isReady ? stack.services.length : 0,
        currentService: null,
      }),
    ),
  ];
}

function liveAtOf(row: Deployment): Date | null {
  return row.status === "ready" || (row.status === "deploying" && row.step === "watch") ? row.liveAt : null;
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
