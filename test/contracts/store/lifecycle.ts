import type {
  After,
  Building,
  Deploying,
  Deployment,
  Queued,
  Ready,
  Transition,
} from "../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import { type Installation, type Product, parseSlug } from "../../../server/model/product.ts";
import type { Clock } from "../../../server/ports/clock.ts";
import type { DeploymentRequest } from "../../../server/ports/store/deployments.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { aSpec, at } from "../../model/a-deployment.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** The clock whose time the store uses. */
  readonly clock: Pick<Clock, "now">;
}

/** Makes an empty store for each test: without products, people, tokens and sessions, and with one environment. */
export type MakeStore = () => Promise<StoreUnderTest>;

/**
 * Steps that bring deployments through a store. Each throws when the store refuses a step that the test expects to
 * succeed.
 */

let products = 0;

export async function aProduct(
  store: Store,
  branch: string | null = "main",
): Promise<{ product: Product; installation: Installation }> {
  products += 1;
  const slug = parseSlug(`app-${products}`);
  const created = slug && (await store.products.create({ slug, repository: null, branch }));
  if (!created) throw new Error("The product was not made");
  return created;
}

export async function anInstallation(store: Store): Promise<InstallationId> {
  return (await aProduct(store)).installation.id;
}

export function aRequest(installationId: InstallationId, changes: Partial<DeploymentRequest> = {}): DeploymentRequest {
  return {
    id: null,
    installationId,
    trigger: "push",
    by: "ada",
    ref: "main",
    commit: null,
    sourceId: null,
    variables: "now",
    supersedes: false,
    ...changes,
  };
}

export async function enqueued(
  store: Store,
  installation: InstallationId,
  changes: Partial<DeploymentRequest> = {},
): Promise<Queued> {
  const outcome = await store.deployments.enqueue(aRequest(installation, changes), at);
  if (outcome === "changed") throw new Error("The queue had changed");
  return outcome.deployment;
}

export async function claimed(store: Store): Promise<Building> {
  const deployment = await store.deployments.claim(100, () => at);
  if (!deployment) throw new Error("There was nothing to claim");
  return deployment;
}

export async function moved<T extends Transition>(store: Store, from: Deployment, transition: T): Promise<After<T>> {
  const deployment = await store.deployments.move(from, transition);
  if (!deployment) throw new Error(`${transition.type} was refused`);
  return deployment;
}

export async function deploying(store: Store, installation: InstallationId, spec = aSpec()): Promise<Deploying> {
  await enqueued(store, installation);
  return moved(store, await claimed(store), { type: "built", spec });
}

/** A deployment in its watch window: it has the traffic and has replaced the live version. */
export async function watched(store: Store, installation: InstallationId, switchedAt = at): Promise<Deploying> {
  const decided = await moved(store, await deploying(store, installation), { type: "checked" });
  const replacedId = (await store.installations.get(installation))?.liveDeploymentId ?? null;
  return moved(store, decided, { type: "switched", at: switchedAt, replacedId });
}

export async function ready(store: Store, installation: InstallationId, readyAt = at): Promise<Ready> {
  return moved(store, await watched(store, installation, readyAt), { type: "held", at: readyAt });
}

export const ids = (deployments: readonly { readonly id: DeploymentId }[]) => deployments.map(({ id }) => id);

/** The statuses in the deployment's events, with the reason if it was stopped. */
export async function statusEvents(store: Store, id: DeploymentId): Promise<readonly string[]> {
  return (await store.events.read(id, 0, 100)).flatMap((event) =>
    event.type === "status" ? [event.reason ? `${event.status}: ${event.reason}` : event.status] : [],
  );
}
