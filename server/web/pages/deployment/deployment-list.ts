import {
  type DeploymentList,
  type StatusFilter,
  statusFilters,
} from "../../../../views/deployment/deployment-list.tsx";
import type { DeploymentRowProps } from "../../../../views/deployment/deployment-row.tsx";
import type { DeploymentStatus } from "../../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import type { PageNeeds } from "../page.ts";
import { deploymentRow, type ListReader, sourceNumbers } from "./deployment-rows.ts";

const pageSize = 30;

const statuses: Readonly<Record<Exclude<StatusFilter, "all">, readonly DeploymentStatus[]>> = {
  "under-way": ["queued", "building", "deploying"],
  ready: ["ready"],
  failed: ["failed"],
  stopped: ["stopped"],
};

/** Reads a page of deployments for `?status=` and `?before=` of the URL. Unknown values are ignored. */
export async function readDeploymentList(
  { store, catalog }: Pick<PageNeeds, "store" | "catalog">,
  of: Pick<Parameters<ReadStore["deployments"]["list"]>[0], "product" | "products" | "installation">,
  query: Readonly<Record<string, string>>,
  reader: ListReader,
): Promise<DeploymentList> {
  const filter = statusFilters.find((known) => known === query.status) ?? "all";
  const before = Number(query.before);
  const found = await store.deployments.list({
    ...of,
    ...(filter !== "all" && { statuses: statuses[filter] }),
    ...(Number.isSafeInteger(before) && before > 0 && { before: before as DeploymentId }),
    limit: pageSize + 1,
  });
  const shown = found.slice(0, pageSize);
  const [places, sources] = await Promise.all([
    catalog.placesWith(shown.map(({ installationId }) => installationId)),
    sourceNumbers(store, shown),
  ]);
  const placeOf = (id: InstallationRef["installation"]["id"]) =>
    places.find(({ installation }) => installation.id === id);
  const rows = shown.flatMap((deployment): readonly DeploymentRowProps[] => {
    const place = placeOf(deployment.installationId);
    return place ? [deploymentRow(deployment, place, sources, reader)] : [];
  });
  return { filter, rows, next: found.length > pageSize ? (shown.at(-1)?.id ?? null) : null };
}
