import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Uses } from "../adapters.ts";

type OfInstallation = Pick<Deployment, "id" | "installationId">;

/** The setting with the failure that was dismissed last: those before it are not pointed out anyway. */
export const dismissalOf = ({ installationId }: OfInstallation) => `dismissed-${installationId}`;

/** Somebody has seen the failure: the deployment stays failed, but no page points it out any more. */
export async function dismissFailure({ store }: Uses<"store">, failed: OfInstallation): Promise<void> {
  await store.settings.set(dismissalOf(failed), String(failed.id));
}
