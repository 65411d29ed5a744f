import { specOf } from "../../model/deployment/deployment.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { type FoundSubject, subjectIn } from "../../pipeline/data/data-subject.ts";
import type { BackupContext } from "./backup-context.ts";

/** A service's data as it is now: the live version's. Throws one sentence when the service does not run, or has none. */
export async function findSubject(
  context: Pick<BackupContext, "instance" | "engine" | "store" | "signal">,
  id: InstallationId,
  service: string,
): Promise<FoundSubject> {
  const { store, signal } = context;
  const installation = await store.installations.get(id);
  const live = installation?.liveDeploymentId ? await store.deployments.get(installation.liveDeploymentId) : null;
  const spec = live && specOf(live);
  if (!installation || !live || !spec) throw new Error("No version is live");
  return subjectIn(context, installation, { id: live.id, spec }, service, signal);
}
