import type { z } from "@hono/zod-openapi";
import type { Deployment } from "../../model/deployment/deployment.ts";
import { readyAtOf } from "../../model/deployment/deployment.ts";
import type { StackProgress } from "../../model/deployment/event.ts";
import type { Environment, Product } from "../../model/product.ts";
import type { VariableEntry } from "../../model/values/variable.ts";
import { whyWaiting } from "../../rules/rollout/why-waiting.ts";
import type { WebAdapters } from "../adapters.ts";
import type { InstallationRef } from "../read/catalog.ts";
import { endOf } from "../read/deployment-end.ts";
import { displayName } from "../read/display-name.ts";
import { stacksOf } from "../read/stack-progress.ts";
import { installationsJson } from "./products/installation-json.ts";
import { productsJson } from "./products/product-json.ts";
import type { deploymentSchema } from "./schemas/deployments.ts";
import type { environmentSchema } from "./schemas/products/environments.ts";
import type { installationSchema } from "./schemas/products/installations.ts";
import type { productSchema } from "./schemas/products/products.ts";
import type { variableSchema } from "./schemas/products/variables.ts";

/** Formats rows as the JSON that the API documents. */
export interface Presenter {
  environment(environment: Environment): z.infer<typeof environmentSchema>;
  product(product: Product): Promise<z.infer<typeof productSchema>>;
  /** In their order. */
  products(products: readonly Product[]): Promise<readonly z.infer<typeof productSchema>[]>;
  installation(place: InstallationRef, signal: AbortSignal): Promise<z.infer<typeof installationSchema>>;
  /** In their order. */
  installations(
    places: readonly InstallationRef[],
    signal: AbortSignal,
  ): Promise<readonly z.infer<typeof installationSchema>[]>;
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
    product: async (product) => only(await productsJson(needs, [product])),
    products: (products) => productsJson(needs, products),
    installation: async (place, signal) => only(await installationsJson(needs, [place], signal)),
    installations: (places, signal) => installationsJson(needs, places, signal),
    deployments,
    deployment: async (row, place) => only(await deployments([row], [place])),
  };
}

function only<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error("what was to be presented does not belong together");
  return first;
}

async function deploymentsJson(
  { store, maxBuilding }: WebAdapters,
  rows: readonly Deployment[],
  places: readonly InstallationRef[],
): Promise<readonly z.infer<typeof deploymentSchema>[]> {
  const ids = rows.map(({ id }) => id);
  const [queue, outlines, progress] = await Promise.all([
    store.deployments.queue(),
    store.deployments.outlines(ids),
    store.events.stacksOf(ids),
  ]);
  const placeOf = new Map(places.map((place) => [place.installation.id, place]));
  return rows.flatMap((row) => {
    const place = placeOf.get(row.installationId);
    const stacks = stacksOf(row, progress.get(row.id) ?? [], outlines.get(row.id) ?? []);
    return place ? [deploymentJson(row, place, stacks, whyWaiting(queue, maxBuilding, row.id))] : [];
  });
}

export function variableJson({
  name,
  value,
  atBuild,
  isWriteOnly,
  from,
}: VariableEntry): z.infer<typeof variableSchema> {
  return { name, secret: value === null, value, atBuild, writeOnly: isWriteOnly, shared: from === "product", from };
}

function stackJson({ message = null, ...stack }: StackProgress) {
  return { ...stack, message, displayName: displayName(stack.name) };
}

function deploymentJson(
  row: Deployment,
  { product, environment, installation }: InstallationRef,
  stacks: readonly StackProgress[],
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
    stoppedBy: (row.status === "stopped" && row.stoppedBy) || null,
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
    dataBefore: row.dataBefore,
    queue: queue && { ...queue },
    stacks: stacks.map(stackJson),
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
