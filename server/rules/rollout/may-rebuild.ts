import type { Deployment } from "../../model/deployment/deployment.ts";

/** Who asks for a rebuild that nobody else has asked for. */
export const rebuiltBy = "Baton";

/**
 * Whether a live version whose images are gone is to be built again: not while another deployment of its installation
 * is pending, and not when that has failed before, which a person must look at.
 */
export function mayRebuild(live: Pick<Deployment, "id">, newest: readonly Deployment[]): boolean {
  const later = newest.filter(({ id }) => id > live.id);
  const isPending = later.some(({ status }) => status === "queued" || status === "building" || status === "deploying");
  const hasFailed = later.some(
    ({ by, sourceId, status }) => by === rebuiltBy && sourceId === live.id && status === "failed",
  );
  return !isPending && !hasFailed;
}
