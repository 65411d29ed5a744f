import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Uses } from "../adapters.ts";

type OfInstallation = Pick<Deployment, "id" | "installationId">;

/** The setting that stores the last dismissed failure. Earlier failures are not highlighted anyway. */
export const dismissalOf = ({ installationId }: OfInstallation) => `dismissed-${installationId}`;

/** Marks a failure as seen. The deployment stays failed, but pages no longer highlight it. */
export async function dismissFailure({ store }: Uses<"store">, failed: OfInstallation): Promise<void> {
  await store.settings.set(dismissalOf(failed), String(failed.id));
}
