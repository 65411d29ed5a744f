import type { Deployment } from "../../model/deployment/deployment.ts";
import { dismissalOf } from "../../model/deployment/dismissal.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";

/** Whether somebody dismissed the failure, so that it is no longer highlighted. */
export async function isDismissed(
  { settings }: { readonly settings: Pick<ReadStore["settings"], "get"> },
  failed: Pick<Deployment, "id" | "installationId">,
): Promise<boolean> {
  return (await settings.get(dismissalOf(failed))) === String(failed.id);
}
