import type { Mood, Reader } from "../../../../views/frame/frame.ts";
import { Part } from "../../../../views/frame/live-region.tsx";
import { PageTitle } from "../../../../views/frame/page-title.tsx";
import type { LiveVersion } from "../../../../views/product/live-version.tsx";
import { ProductHead, type ProductHeadProps, productHeadId } from "../../../../views/product/product-frame.tsx";
import type { RunState } from "../../../../views/ui/badge.tsx";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import { servicesOf } from "../../../model/deployment/spec.ts";
import type { Installation } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { type PendingChanges, pendingText } from "../../../rules/settings/pending-changes.ts";
import { pendingSettings } from "../../../rules/settings/pending-settings.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { readPendingVariables } from "../../read/pending-variables.ts";
import type { PageNeeds } from "../page.ts";
import { activityOf } from "../system/activity.ts";
import { liveOf, type RunFacts, runState } from "./live-version.ts";

/** The current facts that all tabs of a product share. */
export interface ProductFacts {
  readonly head: ProductHeadProps;
  readonly live: LiveVersion | null;
  readonly run: RunFacts;
  readonly newest: Deployment | null;
  readonly pending: PendingChanges;
}

/** Finds the installation that a URL refers to. `?environment=` names one other than production. */
export async function placeOf(c: WebContext, { catalog }: Pick<PageNeeds, "catalog">): Promise<InstallationRef> {
  return catalog.placeIn(await catalog.product(c.req.param("slug") ?? ""), c.req.query("environment"));
}

export async function productFacts(
  needs: PageNeeds,
  place: InstallationRef,
  signal: AbortSignal,
): Promise<ProductFacts> {
  const { store, catalog } = needs;
  const { product, installation, environment } = place;
  const [places, live, queue, [newest = null], [lastReady]] = await Promise.all([
    catalog.placesOf(product),
    liveOf(store, installation),
    store.deployments.queue(),
    store.deployments.list({ installation: installation.id, limit: 1 }),
    store.deployments.lastReady(installation.id, 1),
  ]);
  const [run, activity, pending] = await Promise.all([
    runState(needs, place, live?.deployment ?? null, signal),
    activityOf(needs, queue, installation.id, newest),
    readPendingChanges(needs, installation, live?.deployment ?? null),
  ]);
  const text = pendingText(pending);
  const head: ProductHeadProps = {
    slug: product.slug,
    repository: product.repository,
    environment: environment.name,
    environments: places.map((other) => other.environment.name),
    state: run.status,
    mood: moodOf(run.status, activity?.tone),
    urls: run.urls,
    activity,
    isLive: live !== null,
    startAgainId: live ? null : (lastReady?.id ?? null),
    // A deployment in progress may already include the changes, or be followed by one that does.
    pending: text === null ? null : { text, canApply: activity === null || activity.tone === "bad" },
  };
  return { head, live, run, newest, pending };
}

async function readPendingChanges(
  { store }: Pick<PageNeeds, "store">,
  installation: Installation,
  live: Deployment | null,
): Promise<PendingChanges> {
  const [variables, settings] = await Promise.all([
    readPendingVariables(store, installation, live),
    store.installations.serviceSettings(installation.id),
  ]);
  const spec = live && specOf(live);
  return { variables, services: spec ? pendingSettings(servicesOf(spec), settings) : [] };
}

/** The URL of a page in the same environment. */
export function inPlace(
  url: string,
  { environment }: InstallationRef,
  query: Readonly<Record<string, string>> = {},
): string {
  const all = new URLSearchParams({
    ...(environment.name !== "production" && { environment: environment.name }),
    ...query,
  });
  return all.size === 0 ? url : `${url}?${all}`;
}

/** The title of the browser tab. */
export function productTitle({ slug, mood, activity }: ProductHeadProps): string {
  if (mood === "busy") return `${activity?.tone === "wait" ? "Queued" : "Deploying"} · ${slug}`;
  return mood === "failed" ? `Failed · ${slug}` : slug;
}

export async function headParts(head: ProductHeadProps, reader: Reader): Promise<string> {
  const parts = [
    PageTitle({ title: productTitle(head) }),
    Part({ target: productHeadId, how: "replace", children: ProductHead({ head, reader }) }),
  ];
  return (await Promise.all(parts.map((part) => part.toString()))).join("");
}

/** `more` holds the tab's other parameters. */
export function productStreamUrl(
  place: InstallationRef,
  shown: string,
  tab: "overview" | "deployments" | "domains" | "backups" | "head",
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ ...more, environment: place.environment.name, tab, shown });
  return `${routes.productStream(place.product.slug)}?${query}`;
}

function moodOf(state: RunState, tone: "wait" | "busy" | "bad" | undefined): Mood {
  if (tone === "wait" || tone === "busy") return "busy";
  if (tone === "bad" || state === "degraded" || state === "crashed") return "failed";
  return state === "running" ? "ready" : "idle";
}
