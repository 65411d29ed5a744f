import type { InstallationCard, ProductCard } from "../../../../views/product/product-list.tsx";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import { groupBy } from "../../../rules/rollout/group-by.ts";
import { mostImportantFirst, urlOf } from "../../../rules/routing/urls.ts";
import type { Board, BoardInstallation, BoardProduct } from "../../read/board/assemble-board.ts";
import type { PageNeeds } from "../page.ts";
import { versionOf } from "../product/live-version.ts";
import { activityOf } from "./activity.ts";

/**
 * Reads what the cards of a page say beyond the board. A card is read once, and again when something about its
 * installation has changed: then the board has another object for it.
 */
export function createHomeCards(needs: PageNeeds) {
  const known = new WeakMap<BoardInstallation, InstallationCard>();

  return async (board: Board, products: readonly BoardProduct[]): Promise<readonly ProductCard[]> => {
    const shown = products.flatMap(({ installations }) => installations);
    await readCards(
      needs,
      board,
      shown.filter((one) => !known.has(one)),
      (one, card) => known.set(one, card),
    );
    return products.map(({ product, installations }) => ({
      slug: product.slug,
      repository: product.repository,
      installations: installations.flatMap((one) => known.get(one) ?? []),
    }));
  };
}

async function readCards(
  needs: PageNeeds,
  { queue }: Board,
  missing: readonly BoardInstallation[],
  keep: (one: BoardInstallation, card: InstallationCard) => void,
): Promise<void> {
  if (missing.length === 0) return;
  const { store } = needs;
  const deployments = await readDeployments(needs, missing);
  const domains = await store.domains.list(missing.map(({ overview }) => overview.installation.id));
  const served = groupBy(domains, ({ installation }) => installation);
  for (const one of missing) {
    const { installation, environment, newest } = one.overview;
    const live = deployments.get(installation.liveDeploymentId ?? (0 as DeploymentId)) ?? null;
    const last = one.activity === null ? null : (deployments.get(newest?.id ?? (0 as DeploymentId)) ?? null);
    const routes = mostImportantFirst(served.get(installation.id) ?? [], (live && specOf(live)?.routes) ?? []);
    const [first] = routes;
    keep(one, {
      environment: environment.name,
      state: one.state,
      trouble: one.trouble,
      url: first ? urlOf(first.host, needs) : null,
      live: live && versionOf(live),
      activity: await activityOf({ ...needs, store }, queue, installation.id, last),
      deployedAt: one.deployedAt,
    });
  }
}

/** The live versions, and the newest deployments that failed. */
async function readDeployments(
  { store }: PageNeeds,
  missing: readonly BoardInstallation[],
): Promise<ReadonlyMap<DeploymentId, Deployment>> {
  const ids = missing.flatMap(({ overview: { installation, newest }, activity }) => [
    ...(installation.liveDeploymentId === null ? [] : [installation.liveDeploymentId]),
    ...(newest && activity?.tone === "bad" ? [newest.id] : []),
  ]);
  return new Map((await store.deployments.getAll([...new Set(ids)])).map((one) => [one.id, one]));
}
