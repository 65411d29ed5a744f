import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ProductHealth } from "../../../rules/health/product-trouble.ts";
import type { BoardInstallation } from "../../read/board/assemble-board.ts";
import { installationStates } from "../../read/running/service-states.ts";
import type { PageNeeds } from "../page.ts";

interface Facts {
  readonly failed: ProductHealth["failed"];
  readonly live: number | null;
}

/** What deployments say is read again only when something about an installation has changed: then it is another object. */
const knownFacts = new WeakMap<BoardInstallation, Facts>();

/** The health of products where something is wrong: services of theirs are down, or a deployment failed. */
export async function productsHealth(needs: PageNeeds, signal: AbortSignal): Promise<readonly ProductHealth[]> {
  const { products } = await needs.board.look();
  const inTrouble = products
    .flatMap(({ installations }) => installations)
    .filter((one) => one.state === "degraded" || failedIn(one) !== null);
  await readFacts(
    needs,
    inTrouble.filter((one) => !knownFacts.has(one)),
  );
  const down = await downServices(needs, inTrouble, signal);
  return inTrouble.map((one): ProductHealth => {
    const { product, environment } = one.overview;
    return {
      name: environment.name === "production" ? product.slug : `${product.slug} in ${environment.name}`,
      status: statusOf(one),
      down: down.get(one) ?? [],
      ...(knownFacts.get(one) ?? { failed: null, live: null }),
    };
  });
}

async function readFacts(needs: PageNeeds, missing: readonly BoardInstallation[]): Promise<void> {
  const deployments = await deploymentsOf(needs, missing);
  for (const one of missing) {
    const failed = deployments.get(failedIn(one));
    knownFacts.set(one, {
      failed: failed?.status === "failed" ? { number: failed.number, message: failed.failure.message } : null,
      live: deployments.get(one.overview.installation.liveDeploymentId)?.number ?? null,
    });
  }
}

/** The newest deployment if it failed and nobody has dismissed that. */
function failedIn({ overview: { newest, isDismissed } }: BoardInstallation): DeploymentId | null {
  return newest?.status === "failed" && !isDismissed ? newest.id : null;
}

async function deploymentsOf(
  { store }: PageNeeds,
  some: readonly BoardInstallation[],
): Promise<ReadonlyMap<DeploymentId | null, Deployment>> {
  const ids = some.flatMap((one) => [one.overview.installation.liveDeploymentId, failedIn(one)]);
  const found = await store.deployments.getAll([...new Set(ids.filter((id) => id !== null))]);
  return new Map(found.map((one) => [one.id, one]));
}

async function downServices(
  needs: PageNeeds,
  inTrouble: readonly BoardInstallation[],
  signal: AbortSignal,
): Promise<ReadonlyMap<BoardInstallation, readonly string[]>> {
  const degraded = inTrouble.filter(({ state }) => state === "degraded");
  const deployments = await deploymentsOf(needs, degraded);
  const running = degraded.map(({ overview }) => ({
    place: overview,
    live: deployments.get(overview.installation.liveDeploymentId) ?? null,
  }));
  const states = await installationStates(needs, running, signal);
  const isDown = (status: string) => status === "crashed" || status === "unhealthy";
  return new Map(
    degraded.map((one, index) => [
      one,
      (states[index]?.services ?? []).flatMap(({ name, status, trouble }) => {
        if (!isDown(status)) return [];
        return trouble?.type === "crash-loop" ? [`${name} (${trouble.title.replace(`${name} `, "")})`] : [name];
      }),
    ]),
  );
}

/** Null when Docker does not respond. */
function statusOf({ state }: BoardInstallation): ProductHealth["status"] {
  return state === "running" || state === "degraded" || state === "stopped" || state === "empty" ? state : null;
}
