import { dismissalOf } from "../../commands/deployments/dismiss-failure.ts";
import type { Deployment } from "../../model/deployment/deployment.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";

/** Somebody has seen the failure, so it is not pointed out any more. */
export async function isDismissed(
  { settings }: { readonly settings: Pick<ReadStore["settings"], "get"> },
  failed: Pick<Deployment, "id" | "installationId">,
): Promise<boolean> {
  return (await settings.get(dismissalOf(failed))) === String(failed.id);
}
