import type { Deployment } from "../../model/deployment/deployment.ts";

type Ready = Pick<Deployment, "installationId"> & { readonly readyAt?: Date | null };

/**
 * Of versions that were ready, those that are the newest of their installation, or that a newer one has replaced only
 * since the given time. Expects the newest first within each installation. Pure.
 */
export function replacedSince<Version extends Ready>(ready: readonly Version[], since: Date): readonly Version[] {
  const replacedAt = new Map<Version["installationId"], Date | null>();
  return ready.filter((version) => {
    const at = replacedAt.get(version.installationId);
    replacedAt.set(version.installationId, version.readyAt ?? null);
    return at === undefined || at === null || at >= since;
  });
}
