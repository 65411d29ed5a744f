import type { ProductHealth } from "../../../rules/health/product-trouble.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { isDismissed } from "../../read/dismissed.ts";
import type { PageNeeds } from "../page.ts";
import { liveOf, runState } from "./live-version.ts";

/** The state of every product in each of its environments. */
export async function productsHealth(needs: PageNeeds, signal: AbortSignal): Promise<readonly ProductHealth[]> {
  return Promise.all((await needs.catalog.places()).map((place) => healthOf(needs, place, signal)));
}

async function healthOf(needs: PageNeeds, place: InstallationRef, signal: AbortSignal): Promise<ProductHealth> {
  const { store } = needs;
  const { product, environment, installation } = place;
  const [live, [newest]] = await Promise.all([
    liveOf(store, installation),
    store.deployments.list({ installation: installation.id, limit: 1 }),
  ]);
  const isOpen = newest?.status === "failed" && !(await isDismissed(store, newest));
  const state = await runState(needs, place, live?.deployment ?? null, signal);
  const { status } = state;
  const isKnown = status === "running" || status === "degraded" || status === "stopped" || status === "empty";
  return {
    name: environment.name === "production" ? product.slug : `${product.slug} in ${environment.name}`,
    status: isKnown ? status : null,
    down: state.services.flatMap((one) => (one.status === "crashed" || one.status === "unhealthy" ? [one.name] : [])),
    failed: isOpen ? { number: newest.number, message: newest.failure.message } : null,
    live: live?.deployment.number ?? null,
  };
}
