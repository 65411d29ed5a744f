import type { Deployment } from "../../model/deployment/deployment.ts";
import { dismissalOf } from "../../model/deployment/dismissal.ts";
import type { Uses } from "../adapters.ts";

type OfInstallation = Pick<Deployment, "id" | "installationId">;

/** Marks a failure as seen. The deployment stays failed, but pages no longer highlight it. */
export async function dismissFailure({ store }: Uses<"store">, failed: OfInstallation): Promise<void> {
  await store.settings.set(dismissalOf(failed), String(failed.id));
}
