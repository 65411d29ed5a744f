import type { RunState } from "../../../../views/ui/badge.tsx";
import type { ServiceOutline } from "../../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId } from "../../../model/names/ids.ts";
import type { Product } from "../../../model/product.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import type { InstallationOverview } from "../../../ports/store/products.ts";
import { instancesOf, statusOfAll, troublesOf } from "../../../rules/health/replica-status.ts";
import { installationStatus } from "../../../rules/health/service-status.ts";
import type { ListedInstallation, ListedProduct } from "../../../rules/products/product-list.ts";
import { replicasOf } from "../../../rules/rollout/container-of.ts";
import type { BoardRows } from "./board-rows.ts";
import type { ContainerIndex } from "./container-index.ts";

/** All products, ordered by slug, with what lists say about them. Objects stay the same while nothing about them changes. */
export interface Board {
  readonly products: readonly BoardProduct[];
  readonly queue: BoardRows["queue"];
}

export interface BoardProduct extends ListedProduct {
  readonly product: Product;
  /** `production` first, then by name. */
  readonly installations: readonly BoardInstallation[];
}

export interface BoardInstallation extends ListedInstallation {
  readonly overview: InstallationOverview;
  readonly state: RunState;
  /** "web keeps crashing". Null when no service does. */
  readonly trouble: string | null;
}

interface Running {
  readonly containers: ContainerIndex;
  readonly services: ReadonlyMap<DeploymentId, readonly ServiceOutline[]>;
  readonly now: Date;
}

/** Returns `before` when nothing differs from it. */
export function assembleBoard(rows: BoardRows, running: Running, before: Board | null): Board {
  const earlier = new Map(before?.products.map((one) => [one.product.id, one]));
  const tones = tonesOf(rows.queue);
  const products = rows.products.map((product): BoardProduct => {
    const known = earlier.get(product.id);
    const installations = (rows.ofProduct.get(product.id) ?? []).flatMap((id, index): readonly BoardInstallation[] => {
      const overview = rows.overviews.get(id);
      return overview ? [installed(overview, tones, running, known?.installations[index])] : [];
    });
    const isSame = known?.product === product && isEqual(known.installations, installations);
    return isSame ? known : { slug: product.slug, product, installations };
  });
  if (before && before.queue === rows.queue && isEqual(before.products, products)) return before;
  return { products, queue: rows.queue };
}

type Tones = ReadonlyMap<InstallationId, "busy" | "wait">;

function tonesOf({ running, queued }: BoardRows["queue"]): Tones {
  return new Map([
    ...queued.map(({ installationId }) => [installationId, "wait"] as const),
    ...running.map(({ installationId }) => [installationId, "busy"] as const),
  ]);
}

function installed(
  overview: InstallationOverview,
  tones: Tones,
  running: Running,
  before: BoardInstallation | undefined,
): BoardInstallation {
  const { installation, newest, isDismissed } = overview;
  const isFailed = newest?.status === "failed" && !isDismissed;
  const tone = tones.get(installation.id) ?? (isFailed ? "bad" : null);
  const { state, trouble } = stateOf(overview, running);
  const isSame = before?.overview === overview && before.state === state && before.trouble === trouble;
  if (isSame && (before.activity?.tone ?? null) === tone) return before;
  return { overview, state, trouble, activity: tone && { tone }, deployedAt: newest?.createdAt ?? null };
}

function stateOf(
  { installation }: InstallationOverview,
  { containers, services, now }: Running,
): Pick<BoardInstallation, "state" | "trouble"> {
  const { id, stopped, liveDeploymentId } = installation;
  const well = (state: RunState) => ({ state, trouble: null });
  if (!stopped && liveDeploymentId === null) return well("empty");
  if (containers === null) return well("unknown");
  const own: readonly ContainerState[] = containers.get(id) ?? [];
  // After a stop, containers may still be finishing their work.
  if (liveDeploymentId === null) return well(own.some(({ status }) => status === "running") ? "stopping" : "stopped");
  const found = (services.get(liveDeploymentId) ?? []).map((service) => ({
    service,
    instances: instancesOf(service, replicasOf(liveDeploymentId, service, own), 1, { installation, now }),
  }));
  const statuses = found.map(({ instances }) => statusOfAll(instances));
  const troubles = found.flatMap(({ service, instances }) => troublesOf(service, instances, now));
  const looping = stopped ? undefined : troubles.find(({ type }) => type === "crash-loop");
  return { state: installationStatus(installation, statuses), trouble: looping?.title ?? null };
}

function isEqual<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((one, index) => one === right[index]);
}
