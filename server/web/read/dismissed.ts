import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Store } from "../../ports/store/store.ts";

type OfInstallation = Pick<Deployment, "id" | "installationId">;

/** One failure an installation: those before it are not pointed out anyway. */
const settingOf = ({ installationId }: OfInstallation) => `dismissed-${installationId}`;

/** Somebody has seen that it failed: it stays failed, but needs nobody's attention any more. */
export async function dismiss({ settings }: Pick<Store, "settings">, failed: OfInstallation): Promise<void> {
  await settings.set(settingOf(failed), String(failed.id));
}

export async function isDismissed({ settings }: Pick<Store, "settings">, failed: OfInstallation): Promise<boolean> {
  return (await settings.get(settingOf(failed))) === String(failed.id);
}
