import { specOf } from "../../model/deployment/deployment.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { createRedact, type Redact } from "../../rules/wording/redact.ts";
import type { BackupContext } from "./backup-context.ts";

/**
 * Hides what the tools of an installation's backups may quote in an error: the secrets of its live version, and of the
 * place. The failures of backups are shown on pages, and go to Baton's log.
 */
export async function redactFor({ store }: Pick<BackupContext, "store">, id: InstallationId): Promise<Redact> {
  const liveId = (await store.installations.get(id))?.liveDeploymentId ?? null;
  const live = liveId === null ? null : await store.deployments.get(liveId);
  const spec = live && specOf(live);
  const { secret } = await store.backups.openPlace();
  return createRedact(spec ? secretVariablesOf(spec) : {}, secret === null ? {} : { "secret access key": secret });
}
